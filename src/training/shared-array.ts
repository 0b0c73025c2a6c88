// Arrays that the threads of a training share, so that no task copies them.

export function sharedArray<Values extends Float64Array | Int32Array | Int8Array>(
  values: Values,
): Values {
  const Shared = values.constructor as new (buffer: SharedArrayBuffer) => Values;
  const shared = new Shared(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
