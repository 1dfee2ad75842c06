import { type MetricTable, ValueKind } from './metric-table.js'

/** The metric `bdSeq` of a birth or death certificate; −1 where there is none, or none from 0 to 255. */
export function bdSeqOf(table: MetricTable): number {
  for (let i = 0; i < table.metrics; i++) {
    if (table.names[i] !== 'bdSeq' || table.isNull[i]) continue
    const isInteger = table.kinds[i] === ValueKind.int || table.kinds[i] === ValueKind.long
    return isInteger && table.highs[i] === 0 && table.lows[i]! <= 255 ? table.lows[i]! : -1
  }
  return -1
}
