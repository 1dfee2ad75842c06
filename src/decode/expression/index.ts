export { Expression, type ExpressionOptions } from './expression.js'
export { expressionFault } from './expression-fault.js'
export { ExpressionWorker } from './expression-worker.js'
