// OpenAPI operations of the pages.
import { MODEL_FIELD, SWITCH_FIELD } from '../web/form.js';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

const AGAIN = html('The form again, with what is wrong');

export const formOperation = {
  summary: 'The form for people',
  parameters: [
    queryParameter(MODEL_FIELD, 'Detector whose form is shown'),
    queryParameter('example', 'With any value, the form is filled with an example'),
  ],
  responses: { 200: html('The form'), 400: AGAIN, 404: AGAIN },
};

export const predictFormOperation = {
  summary: 'The form, submitted',
  parameters: [
    queryParameter(SWITCH_FIELD, 'With any value, the form of the detector that it names'),
  ],
  requestBody: { required: true, content: { [FORM_TYPE]: {} } },
  responses: {
    200: html('The verdict, above the form'),
    400: AGAIN,
    404: AGAIN,
    413: AGAIN,
    415: AGAIN,
    503: AGAIN,
  },
};

export const stylesheetOperation = {
  summary: 'Stylesheet of the pages',
  responses: { 200: { description: 'CSS', content: { 'text/css': {} } } },
};

function html(description: string) {
  return { description, content: { 'text/html': {} } };
}

function queryParameter(name: string, description: string) {
  return { name, in: 'query', description, schema: { type: 'string' } };
}
