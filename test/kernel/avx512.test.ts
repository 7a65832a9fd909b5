import { describeNative } from './native.ts';

describeNative('avx512');
