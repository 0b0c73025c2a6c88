import { listenWithNodeHttp } from '../../../src/server/transport/node-transport.js';
import { listenWithUws } from '../../../src/server/transport/uws-transport.js';
import { hasUwsBinary } from '../../support/uws-binary.js';
import { describeTransport } from './transport-conformance.js';

describeTransport('uWebSockets.js', listenWithUws, {
  everything: hasUwsBinary ? undefined : 'no binary for this Node',
  pipeliningBehindPending: 'uWebSockets.js closes such a connection',
  http10: 'uWebSockets.js answers 505',
  headTimeout: 'uWebSockets.js has its own 8 to 12 s for heads and idle connections',
});
describeTransport('node:http', listenWithNodeHttp);
