// xz by xz-decompress (WebAssembly), chunk by chunk so that it can be stopped.
import xzDecompress from 'xz-decompress';
import { BoundedOutput } from './bounded-output.js';

export async function decompressXz(bytes: Uint8Array, mostBytes: number): Promise<Uint8Array> {
  const output = new BoundedOutput(mostBytes);
  const compressed = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const reader = new xzDecompress.XzReadableStream(compressed).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return output.written();
      output.write(value);
    }
  } finally {
    await reader.cancel();
  }
}
