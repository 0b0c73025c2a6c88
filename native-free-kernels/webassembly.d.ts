// The part of the WebAssembly interface that is used here; TypeScript has it only among the browser's types.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(descriptor: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory; [name: string]: unknown } });
    readonly exports: object;
  }
  /** False also where the engine lacks an extension that the bytes use. */
  function validate(bytes: Uint8Array): boolean;
}
