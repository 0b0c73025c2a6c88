// Whether the package brings a binary of uWebSockets.js for this Node; tests of that transport are
// skipped elsewhere.
import { existsSync } from 'node:fs';

const { platform, arch, versions } = process;
const file = `bin/uws_${platform}_${arch}_${versions.modules}.node`;

export const hasUwsBinary = existsSync(new URL(file, import.meta.resolve('uWebSockets.js')));
