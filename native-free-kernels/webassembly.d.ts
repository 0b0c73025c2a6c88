// The part of the WebAssembly interface that is used here; TypeScript has it only among the browser's types.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    /** In pages of 64 KiB. */
    constructor(descriptor: { initial: number; maximum?: number; shared?: true });
    readonly buffer: ArrayBufferLike;
    /** Returns the number of pages before; all threads see the new ones. Throws beyond the maximum. */
    grow(nPages: number): number;
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory; [name: string]: unknown } });
    readonly exports: object;
  }
  /** False also where the engine lacks an extension that the bytes use. */
  function validate(bytes: Uint8Array): boolean;
}
