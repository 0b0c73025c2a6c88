// The command line with the most memory that it took as the last line on stderr. bench/logs.ts starts it.

process.on('exit', () => {
  process.stderr.write(`peak ${process.resourceUsage().maxRSS} KiB\n`);
});
await import('../src/cli/main.js');
