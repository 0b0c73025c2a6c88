// Values that are there at once or come later. What is there at once goes on at once: a request whose every step is
// synchronous costs no promise.

export type MaybeLater<T> = T | PromiseLike<T>;

export function isLater<T>(value: MaybeLater<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

/** `next` of the value, now if it is there. */
export function after<T, U>(
  value: MaybeLater<T>,
  next: (value: T) => MaybeLater<U>,
): MaybeLater<U> {
  return isLater(value) ? Promise.resolve(value).then(next) : next(value);
}

/** Rejects with what `late` makes where `value` does not come in time; what comes later is dropped. */
export function within<T>(value: PromiseLike<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms).unref();
    value.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
