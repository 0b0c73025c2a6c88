// The flags of `train` for labelled behaviours of live traffic: how they were made, which the detector then knows.
import type { Command } from 'commander';
import type { BehaviourSchema } from '../formats/behaviour-blocks.js';
import type { TrafficSettings } from '../model/traffic-settings.js';
import { schemaOf } from '../traffic/features/feature.js';
import { DEFAULT_MIN_REQUESTS } from '../traffic/judge.js';
import { DEFAULT_WINDOW_MS } from '../traffic/session/session-tracker.js';
import { plainEncoder } from '../training/live-behaviours.js';
import { API_BEHAVIOUR } from '../training/train.js';
import { loadFeatures } from './features-file.js';
import { parseMinutes, type SessionFlags, wholeFrom, windowMsOf } from './log-options.js';

export type LiveFlags = Pick<SessionFlags, 'window' | 'minRequests' | 'features'>;

const GROUP = 'Behaviours of live traffic, as `behaviours` made them:';

export function addLiveFlags(command: Command): Command {
  const add = (flags: string, description: string) =>
    command.createOption(flags, description).helpGroup(GROUP);
  return command
    .addOption(
      add(
        '--window <minutes>',
        'the sliding window of the sessions; lets the detector enforce (default with --min-requests: 30)',
      ).argParser(parseMinutes),
    )
    .addOption(
      add(
        '--min-requests <n>',
        `the calls before which a client was not judged; lets the detector enforce (default with --window: ${DEFAULT_MIN_REQUESTS})`,
      ).argParser(wholeFrom(2)),
    )
    .addOption(
      add('--features <file>', 'JavaScript module whose "features" the behaviours are made of'),
    );
}

/** What the rows are made of, and how they were read where the flags say so. */
export async function liveBehaviours(flags: LiveFlags): Promise<{
  readonly behaviours: BehaviourSchema;
  readonly traffic: TrafficSettings | undefined;
}> {
  const { minRequests, features } = flags;
  const windowMs = windowMsOf(flags);
  const traffic =
    windowMs === undefined && minRequests === undefined
      ? undefined
      : {
          windowMs: windowMs ?? DEFAULT_WINDOW_MS,
          minRequests: minRequests ?? DEFAULT_MIN_REQUESTS,
        };
  if (features === undefined) return { behaviours: API_BEHAVIOUR, traffic };
  const schema = schemaOf(await loadFeatures(features));
  return { behaviours: { schema, encoder: plainEncoder(schema) }, traffic };
}

/** The words of a command line with the same flags. */
export function liveArguments({ window, minRequests, features }: LiveFlags): string[] {
  return Object.entries({ window, 'min-requests': minRequests, features }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]),
  );
}
