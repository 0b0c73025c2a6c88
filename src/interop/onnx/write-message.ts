// Writes ONNX messages by @bufbuild/protobuf. Fields go in ascending order and numbers one by one, as Google's
// writer does it for onnx.proto: what others read and save again stays the same bytes.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export type MessageWriter = BinaryWriter;

/** The bytes of a message whose fields `write` writes. */
export function message(write: (writer: MessageWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

export function writeText(writer: MessageWriter, field: number, text: string): void {
  writer.tag(field, WireType.LengthDelimited).string(text);
}

export function writeBytes(writer: MessageWriter, field: number, bytes: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited).bytes(bytes);
}

export function writeInteger(writer: MessageWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint);
  // The same bytes, without a BigInt.
  if ((value | 0) === value) writer.int32(value);
  else writer.int64(value);
}

export function writeFloat(writer: MessageWriter, field: number, value: number): void {
  writer.tag(field, WireType.Bit32).float(value);
}
