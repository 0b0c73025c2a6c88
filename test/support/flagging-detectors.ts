// Detectors that call every client anomalous, or none, once it is known.

import { profileOf } from '../../src/model/profile.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { forestOver } from './sample-detectors.js';

const [calls] = API_BEHAVIOUR_SCHEMA.features.filter(({ name }) => name === 'sequence_length');
const [source] = API_BEHAVIOUR_SCHEMA.features.filter(({ name }) => name === 'source_F');
const traffic = { windowMs: 30 * 60_000, minRequests: 5 };
const profile = profileOf(Float64Array.of(1, 2, 3), 3, 1, Float64Array.of(1, 1, 1));

/** Scores −1 wherever there are calls. */
export const flagsAll = forestOver('flags-all', [calls], { profile, traffic });
/** Scores 1 unless the traffic's source is F. */
export const flagsNone = forestOver('flags-none', [source], { profile, traffic });
