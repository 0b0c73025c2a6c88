// The thread that reads files of our own format.
import { answerImport } from './answer-import.js';
import { readDetector } from './detector-file.js';

answerImport(readDetector);
