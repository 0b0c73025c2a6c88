// What pickles of scikit-learn 0.24 and later name: the estimators that can be served, and what a search
// over their parameters keeps. Found by listing the globals of such files.
import { type AllowedGlobal, classes, names } from './allowed-global.js';
import { expectCount, refusal, unexpected } from './expect.js';
import type { Reading } from './reading.js';
import { NumpyArray, PickleObject, type PickleValue } from './values.js';

const ESTIMATORS = [
  ...classes('sklearn.svm._classes', 'OneClassSVM'),
  ...classes('sklearn.ensemble._forest', 'RandomForestClassifier', 'ExtraTreesClassifier'),
  ...classes('sklearn.ensemble._iforest', 'IsolationForest'),
  ...classes(
    'sklearn.tree._classes',
    'DecisionTreeClassifier',
    'ExtraTreeClassifier',
    'ExtraTreeRegressor',
  ),
  ...classes('sklearn.preprocessing._data', 'StandardScaler', 'MinMaxScaler', 'RobustScaler'),
  ...classes('sklearn.pipeline', 'Pipeline'),
  ...classes('sklearn.model_selection._search', 'GridSearchCV', 'RandomizedSearchCV'),
];

const SEARCH_SETTINGS = [
  ...classes(
    'sklearn.model_selection._split',
    'GroupKFold',
    'GroupShuffleSplit',
    'KFold',
    'LeaveOneGroupOut',
    'LeaveOneOut',
    'LeavePGroupsOut',
    'LeavePOut',
    'PredefinedSplit',
    'RepeatedKFold',
    'RepeatedStratifiedKFold',
    'ShuffleSplit',
    'StratifiedGroupKFold',
    'StratifiedKFold',
    'StratifiedShuffleSplit',
    'TimeSeriesSplit',
    '_CVIterableWrapper',
  ),
  // `_Scorer` and `_PassthroughScorer` since 1.4, the first three before.
  ...classes(
    'sklearn.metrics._scorer',
    '_PredictScorer',
    '_ProbaScorer',
    '_ThresholdScorer',
    '_Scorer',
    '_PassthroughScorer',
    '_MultimetricScorer',
  ),
  ...names('sklearn.metrics._scorer', '_passthrough_scorer'),
  ...names(
    'sklearn.metrics._classification',
    'accuracy_score',
    'balanced_accuracy_score',
    'brier_score_loss',
    'cohen_kappa_score',
    'f1_score',
    'fbeta_score',
    'hamming_loss',
    'hinge_loss',
    'jaccard_score',
    'log_loss',
    'matthews_corrcoef',
    'precision_score',
    'recall_score',
    'zero_one_loss',
  ),
  ...names(
    'sklearn.metrics._ranking',
    'average_precision_score',
    'roc_auc_score',
    'top_k_accuracy_score',
  ),
  // The distributions that a randomized search draws from.
  ...classes('scipy.stats._distn_infrastructure', 'rv_frozen', 'rv_continuous_frozen'),
  ...classes(
    'scipy.stats._continuous_distns',
    'beta_gen',
    'expon_gen',
    'gamma_gen',
    'norm_gen',
    'reciprocal_gen',
    'uniform_gen',
  ),
];

export const SCIKIT_LEARN_GLOBALS: readonly AllowedGlobal[] = [
  ...ESTIMATORS,
  ...SEARCH_SETTINGS,
  { module: 'sklearn.tree._tree', name: 'Tree', construct: tree },
];

/** (number of features, numbers of classes of each output, number of outputs) */
function tree(args: readonly PickleValue[], reading: Reading, name: string): PickleObject {
  if (args.length !== 3) throw refusal(reading, `${name} of ${args.length} arguments, not of 3`);
  const [nFeatures, nClasses, nOutputs] = args;
  expectCount(reading, `${name}: features`, nFeatures);
  expectCount(reading, `${name}: outputs`, nOutputs);
  if (!(nClasses instanceof NumpyArray)) {
    throw unexpected(reading, `${name}: classes`, 'an ndarray', nClasses);
  }
  return new PickleObject(name, args, reading.offsetBytes);
}
