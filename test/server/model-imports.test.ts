// Models of scikit-learn that are uploaded as they are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { importModel } from '../../src/interop/import-model.js';
import { importInThread } from '../../src/model/detector-import.js';
import { runServer, type TestServer } from '../support/running-server.js';
import { modelFile, SCIKIT_LEARN } from '../support/scikit-learn-models.js';
import { pickle, reduce, stackGlobal, text, tuple } from '../support/write-pickle.js';

const { rows } = SCIKIT_LEARN;

describe('a server that imports', () => {
  let server: TestServer;
  beforeAll(async () => {
    const thread = new URL('../../src/interop/import-thread.js', import.meta.url);
    server = await runServer({ importDetector: importInThread(thread) });
  });
  afterAll(() => server.close());

  it.each(['named.joblib', 'isolation.joblib', 'svm-rbf-scale.joblib', 'forest.4.pkl'])(
    'serves %s as the library scores it',
    async (fileName) => {
      const name = fileName.replaceAll('.', '-');
      const { bytes } = modelFile(fileName);
      const added = await server.request(`/v1/models?name=${name}`, { body: bytes });
      expect(added.status).toBe(201);
      const engine = await createEngine({ workers: 0 });
      const { scores } = await engine.score(await importModel(modelFile(fileName)), { rows });
      await engine.close();
      const body = JSON.stringify({ rows });
      const scored = await server.request(`/v1/score?model=${name}`, { body });
      expect(await scored.json()).toMatchObject({ model: name, scores: [...scores] });
      const page = await (await server.request(`/?model=${name}&example=1`)).text();
      expect(page).toContain(`<option value="${name}" selected>`);
    },
  );

  it('takes the names of features and of the anomalous class from the request', async () => {
    const { bytes } = modelFile('forest-texts.joblib');
    const path = '/v1/models?name=texts';
    const refused = await server.request(path, { body: bytes });
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'bad-option' }]);
    const added = await server.request(`${path}&features=a,b,c,d&anomaly_class=odd`, {
      body: bytes,
    });
    expect([added.status, await added.json()]).toMatchObject([
      201,
      { schema: { features: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }] } },
    ]);
  });

  it('refuses a pickle that calls anything', async () => {
    const body = pickle(reduce(stackGlobal('os', 'system'), tuple(text('touch /tmp/x'))));
    const refused = await server.request('/v1/models?name=hostile', { body });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { error: expect.stringContaining('os.system'), code: 'bad-model-file' },
    ]);
    expect((await server.request('/v1/models/hostile')).status).toBe(404);
  });
});
