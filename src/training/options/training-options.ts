// Every option of the methods, once: its flag, its values and its meaning. Defaults are the methods' own.
import { KERNEL_FUNCTIONS } from '../../../native-free-kernels/contract.js';
import { COLUMN_TRANSFORMS } from '../column-transforms.js';
import type { MethodName } from '../methods/method.js';
import { TRANSFORM } from '../settings.js';
import { aboveZero, anyNumber, type Domain, either, whole, words, yesOrNo } from './domain.js';

export interface TrainingOption {
  /** Its name among the settings. */
  readonly name: string;
  /** Without dashes. */
  readonly flag: string;
  readonly methods: readonly MethodName[];
  readonly domain: Domain;
  readonly meaning: string;
}

const SVM = ['one-class-svm'] as const;
const FOREST = ['random-forest'] as const;
const ISOLATION = ['isolation-forest'] as const;
const TREES = [...FOREST, ...ISOLATION] as const;

export const TRAINING_OPTIONS: readonly TrainingOption[] = [
  {
    name: TRANSFORM,
    flag: TRANSFORM,
    methods: [...SVM, ...TREES],
    domain: words(...COLUMN_TRANSFORMS),
    meaning: 'what columns pass before the model; FEATURE=KIND for one of them; may be repeated',
  },
  {
    name: 'kernel',
    flag: 'kernel',
    methods: SVM,
    domain: words(...KERNEL_FUNCTIONS),
    meaning: 'kernel function',
  },
  {
    name: 'nu',
    flag: 'nu',
    methods: SVM,
    domain: aboveZero(1),
    meaning: 'share of normal rows left outside, at most',
  },
  {
    name: 'gamma',
    flag: 'gamma',
    methods: SVM,
    domain: either(words('scale', 'auto'), aboveZero()),
    meaning: 'how fast the kernel falls with distance; not of linear',
  },
  {
    name: 'degree',
    flag: 'degree',
    methods: SVM,
    domain: whole(0, 1_000),
    meaning: 'exponent of poly',
  },
  {
    name: 'coef0',
    flag: 'coef0',
    methods: SVM,
    domain: anyNumber,
    meaning: 'constant of poly and sigmoid',
  },
  {
    name: 'tolerance',
    flag: 'tolerance',
    methods: SVM,
    domain: aboveZero(),
    meaning: 'how far from the optimum the solver may stop',
  },
  {
    name: 'cacheMiB',
    flag: 'cache-mib',
    methods: SVM,
    domain: aboveZero(3_500),
    meaning: 'memory of each worker for rows of the kernel matrix; changes the speed alone',
  },
  {
    name: 'trees',
    flag: 'trees',
    methods: TREES,
    domain: whole(1, 100_000),
    meaning: 'number of trees',
  },
  {
    name: 'maxDepth',
    flag: 'max-depth',
    methods: FOREST,
    domain: either(words('none'), whole(1)),
    meaning: 'levels below the root of a tree',
  },
  {
    name: 'minLeaf',
    flag: 'min-leaf',
    methods: FOREST,
    domain: whole(1),
    meaning: 'fewest rows in a leaf',
  },
  {
    name: 'maxFeatures',
    flag: 'max-features',
    methods: FOREST,
    domain: either(words('sqrt', 'log2', 'all'), aboveZero()),
    meaning: 'features drawn for each split: so many, or below 1 a share',
  },
  {
    name: 'bootstrap',
    flag: 'bootstrap',
    methods: FOREST,
    domain: yesOrNo,
    meaning: 'a bag of drawn rows for each tree, or all rows',
  },
  {
    name: 'classWeight',
    flag: 'class-weight',
    methods: FOREST,
    domain: either(words('balanced'), aboveZero()),
    meaning: 'what an anomaly weighs beside a normal row; balanced: both classes alike',
  },
  {
    name: 'samples',
    flag: 'samples',
    methods: ISOLATION,
    domain: whole(2),
    meaning: 'rows that each tree is grown on, or all of fewer',
  },
  {
    name: 'contamination',
    flag: 'contamination',
    methods: ISOLATION,
    domain: either(words('auto'), aboveZero(0.5)),
    meaning: 'share of the training rows below the border',
  },
];
