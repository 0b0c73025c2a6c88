// The part of seek-bzip, which has no types of its own, that is used here.
declare module 'seek-bzip' {
  /** Decodes one stream, byte by byte; what `input` or `output` throw ends it. */
  export function decode(
    input: {
      readByte(): number;
      read(buffer: Uint8Array, offset: number, length: number): number;
    },
    output: { writeByte(byte: number): void },
  ): void;
}
