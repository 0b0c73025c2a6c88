// The time of calls. The system's clock may be set back, and sessions would begin anew.

/** Milliseconds since 1970 as it was when the process began; never goes back. */
export function monotonicTime(): number {
  return performance.timeOrigin + performance.now();
}
