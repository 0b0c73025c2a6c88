// Methods by name, for threads: a method itself cannot be posted to them.
import { isolationForest } from './isolation-forest.js';
import type { Method, MethodName } from './method.js';
import { oneClassSvm } from './one-class-svm.js';
import { randomForest } from './random-forest.js';

const METHODS: Readonly<Record<MethodName, Method>> = {
  'one-class-svm': oneClassSvm,
  'random-forest': randomForest,
  'isolation-forest': isolationForest,
};

export function findMethod(name: MethodName): Method {
  return METHODS[name];
}
