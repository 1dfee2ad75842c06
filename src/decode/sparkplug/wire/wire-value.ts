import { type Cursor, WireType } from './cursor.js'
import { type MetricTable, ValueKind } from './metric-table.js'

/** Distance from the number of `int_value` to that of `string_value`, in every message that has both. */
const LAST_SCALAR = ValueKind.string - ValueKind.int

/**
 * One value as it stands on the wire, whatever message it stands in: metrics, elements of data sets, parameters and
 * properties number their kinds of value differently, but in the same order. Reused.
 */
export class WireValue {
  bytes: Buffer = Buffer.alloc(0)
  kind: number = ValueKind.none
  low = 0
  high = 0
  start = -1
  end = -1

  clear(bytes: Buffer): void {
    this.bytes = bytes
    this.kind = ValueKind.none
  }

  ofMetric(table: MetricTable, i: number): void {
    this.bytes = table.bytes
    this.kind = table.kinds[i]!
    this.low = table.lows[i]!
    this.high = table.highs[i]!
    this.start = table.starts[i]!
    this.end = table.ends[i]!
  }

  /** Takes the field at the cursor if it is a scalar value, where `int_value` has the number `first`. */
  take(cursor: Cursor, first: number): boolean {
    const offset = cursor.field - first
    if (offset < 0 || offset > LAST_SCALAR) return false
    this.kind = ValueKind.int + offset
    switch (this.kind) {
      case ValueKind.float:
        this.start = cursor.fixed(WireType.fixed32, 4)
        return true
      case ValueKind.double:
        this.start = cursor.fixed(WireType.fixed64, 8)
        return true
      case ValueKind.string:
        this.end = cursor.length()
        this.start = cursor.at
        cursor.at = this.end
        return true
      default:
        cursor.uint64()
        this.low = cursor.low
        this.high = this.kind === ValueKind.int ? 0 : cursor.high
        return true
    }
  }
}
