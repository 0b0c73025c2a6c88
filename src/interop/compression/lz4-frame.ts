// LZ4 frames (github.com/lz4/lz4/blob/dev/doc: lz4_Frame_format.md, lz4_Block_format.md).
//
//   frame   magic(4) flags(1) block-size(1) [content-size(8)] [dictionary(4)] header-checksum(1) blocks…
//   block   size(4), its top bit set when stored as it is; 0 ends the frame · data · [checksum(4)]
//   data    sequences: token(1) · literals · offset(2) · match, lengths from 15 on continued in bytes
//
// Decoded here, since what packages offer needs the size of the output before, or trusts the lengths in
// the file. Checksums are not compared: what is unpacked is checked like a file that was not compressed.
import { badModelFile } from '../model-file-error.js';
import { BoundedOutput } from './bounded-output.js';

const HEADER_BYTES = 6;
const FLAG_DICTIONARY = 0x01;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_BLOCK_CHECKSUM = 0x10;
const VERSION_MASK = 0xc0;
const VERSION_1 = 0x40;
const STORED = 0x80000000;
const LARGEST_BLOCK_BYTES = 4 * 1024 ** 2;
const SHORTEST_MATCH_BYTES = 4;
const CHECKSUM_BYTES = 4;

export function decompressLz4(bytes: Uint8Array, mostBytes: number): Uint8Array {
  const output = new BoundedOutput(mostBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes.length > HEADER_BYTES ? bytes[4] : 0;
  if ((flags & VERSION_MASK) !== VERSION_1 || (flags & FLAG_DICTIONARY) !== 0) {
    throw broken('another version of the format, or a dictionary of its own');
  }
  let position = HEADER_BYTES + 1 + ((flags & FLAG_CONTENT_SIZE) !== 0 ? 8 : 0);
  const checksumBytes = (flags & FLAG_BLOCK_CHECKSUM) !== 0 ? CHECKSUM_BYTES : 0;
  for (;;) {
    if (position + 4 > bytes.length) throw broken('cut off');
    const word = view.getUint32(position, true);
    position += 4;
    if (word === 0) break;
    const size = word & ~STORED;
    if (size > LARGEST_BLOCK_BYTES) throw broken(`a block of ${size} bytes`);
    const end = position + size;
    if (end + checksumBytes > bytes.length) throw broken('cut off');
    const block = bytes.subarray(position, end);
    if (word >= STORED) output.write(block);
    else decodeBlock(block, output);
    position = end + checksumBytes;
  }
  const leftBytes = bytes.length - position;
  if (leftBytes !== ((flags & FLAG_CONTENT_CHECKSUM) !== 0 ? CHECKSUM_BYTES : 0)) {
    throw broken(`${leftBytes} bytes after its end`);
  }
  return output.written();
}

function decodeBlock(block: Uint8Array, output: BoundedOutput): void {
  let position = 0;
  /** 15 in the token means that bytes are added until one is not 255. */
  const readLength = (inToken: number): number => {
    let length = inToken;
    for (let byte = inToken === 15 ? 255 : 0; byte === 255; length += byte) {
      if (position === block.length) throw broken('a block is cut off');
      byte = block[position++];
    }
    return length;
  };

  while (position < block.length) {
    const token = block[position++];
    const nLiterals = readLength(token >> 4);
    if (nLiterals > block.length - position) throw broken('a block is cut off');
    output.write(block.subarray(position, position + nLiterals));
    position += nLiterals;
    // The last sequence is literals only.
    if (position === block.length) return;

    if (position + 2 > block.length) throw broken('a block is cut off');
    const distance = block[position] | (block[position + 1] << 8);
    position += 2;
    const length = readLength(token & 15) + SHORTEST_MATCH_BYTES;
    if (distance === 0 || distance > output.length) throw broken('a match before its start');
    repeat(output, distance, length);
  }
}

/** Byte by byte: a match may overlap what it writes. */
function repeat(output: BoundedOutput, distance: number, length: number): void {
  output.reserve(length);
  const { bytes } = output;
  const end = output.length + length;
  for (let to = output.length; to < end; to++) bytes[to] = bytes[to - distance];
  output.length = end;
}

function broken(what: string) {
  return badModelFile(`not a valid lz4 file: ${what}`);
}
