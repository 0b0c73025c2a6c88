import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../src/traffic/recent-map.js';

describe('a map of what was used last', () => {
  it('knows the last keys, and others for as long as they are asked for', () => {
    const map = new RecentMap<number>(3);
    map.set('kept', 0);
    map.set('left', 1);
    for (let i = 0; i < 30; i++) {
      map.set(`other ${i}`, i);
      expect(map.get('kept')).toBe(0);
      expect(map.get(`other ${i}`)).toBe(i);
      if (i > 0) expect(map.get(`other ${i - 1}`)).toBe(i - 1);
    }
    expect(map.get('left')).toBeUndefined();
    expect(map.get('other 20')).toBeUndefined();
  });

  it('has the latest value of a key', () => {
    const map = new RecentMap<number>(2);
    for (let i = 0; i < 5; i++) {
      map.set('a', i);
      map.set(`b${i}`, i);
      expect(map.get('a')).toBe(i);
    }
  });
});
