import { describe, expect, it } from 'vitest';
import {
  findPeerPackage,
  INSTALL_PACKAGES,
  notInstalled,
} from '../../../bench/peers/peer-package.js';

describe('a peer that is not installed', () => {
  it('is left out', () => {
    expect(findPeerPackage('no-such-peer')).toBeUndefined();
  });

  it('is named with the command that installs it', () => {
    expect(notInstalled('onnxruntime-node', INSTALL_PACKAGES)).toBe(
      'onnxruntime-node: not installed, install by `npm install --prefix bench/peers`',
    );
  });
});
