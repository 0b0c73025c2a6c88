import { describe, expect, it } from 'vitest';
import { ProtobufMessage } from '../../../bench/peers/protobuf.js';

const hex = (message: ProtobufMessage) => Buffer.from(message.bytes).toString('hex');

// The examples of protobuf.dev, "Encoding".
describe('a message of Protocol Buffers', () => {
  it('writes a number in groups of seven bits', () => {
    expect(hex(new ProtobufMessage().integer(1, 150))).toBe('089601');
  });

  it('writes a text with its length', () => {
    expect(hex(new ProtobufMessage().text(2, 'testing'))).toBe('120774657374696e67');
  });

  it('writes a message in a message', () => {
    const inner = new ProtobufMessage().integer(1, 150);
    expect(hex(new ProtobufMessage().message(3, inner))).toBe('1a03089601');
  });

  it('packs numbers under one key', () => {
    expect(hex(new ProtobufMessage().integers(6, [3, 270, 86_942]))).toBe('3206038e029ea705');
  });

  it('packs floats in 32 bits', () => {
    expect(hex(new ProtobufMessage().floats(7, [1, -2]))).toBe('3a080000803f000000c0');
  });

  it('writes fields numbered 16 and above', () => {
    expect(hex(new ProtobufMessage().integer(20, 7))).toBe('a00107');
  });

  it('grows with what is written', () => {
    const text = 'x'.repeat(100_000);
    const { bytes } = new ProtobufMessage().text(1, text).text(2, 'end');
    expect(Buffer.from(bytes.subarray(-3)).toString()).toBe('end');
    expect(bytes.length).toBe(1 + 3 + 100_000 + 1 + 1 + 3);
  });
});
