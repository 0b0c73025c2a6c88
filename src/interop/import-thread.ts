// The thread that reads every file that can be imported, for servers.
import { answerImport } from '../model/answer-import.js';
import { importModel } from './import-model.js';

answerImport((bytes, terms) => importModel({ fileName: terms.name ?? 'the file', bytes }, terms));
