// bzip2 by seek-bzip, whose output is taken byte by byte so that it can be stopped.
import seekBzip from 'seek-bzip';
import { badModelFile } from '../model-file-error.js';
import { BoundedOutput } from './bounded-output.js';

export function decompressBzip2(bytes: Uint8Array, mostBytes: number): Uint8Array {
  const output = new BoundedOutput(mostBytes);
  let position = 0;
  // It would read zeros for ever behind the end.
  const readByte = (): number => {
    if (position === bytes.length) throw badModelFile('not a valid bzip2 file: cut off');
    return bytes[position++];
  };
  const read = (buffer: Uint8Array, offset: number, length: number): number => {
    for (let i = 0; i < length; i++) buffer[offset + i] = readByte();
    return length;
  };
  seekBzip.decode({ readByte, read }, output);
  return output.written();
}
