import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { describeKernels } from './conformance.js';

describeKernels(plainKernels);
