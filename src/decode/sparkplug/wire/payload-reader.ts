import { Cursor, unsignedText } from './cursor.js'
import { MetricTable } from './metric-table.js'

/**
 * Reads a Sparkplug B payload (org.eclipse.tahu.protobuf.Payload) into columns that are reused from message to message.
 * Fields that Sparkplug 3.0 does not have are passed over; of a field that stands twice the last one holds.
 */
export class PayloadReader extends MetricTable {
  /** −1 where there is none; never more than 2^53. */
  seq = -1
  /** Epoch milliseconds in decimal; '' where there is none. */
  timestampMs = ''
  uuid = ''
  body: Buffer | undefined
  readonly #payload = new Cursor()

  /** After an error nothing of the columns is to be used. @throws {DecodeError} */
  read(bytes: Buffer): void {
    this.clear(bytes)
    this.seq = -1
    this.timestampMs = ''
    this.uuid = ''
    this.body = undefined
    const cursor = this.#payload
    cursor.open(bytes, 0, bytes.length)
    while (cursor.next()) this.#payloadField(cursor)
  }

  #payloadField(cursor: Cursor): void {
    switch (cursor.field) {
      case 1:
        cursor.uint64()
        this.timestampMs = this.timeText(cursor.low, cursor.high)
        return
      case 2: {
        const end = cursor.length()
        this.add(cursor.at, end)
        cursor.at = end
        return
      }
      case 3:
        cursor.uint64()
        this.seq = Number(unsignedText(cursor.low, cursor.high))
        return
      case 4:
        this.uuid = cursor.text()
        return
      case 5: {
        const end = cursor.length()
        this.body = cursor.bytes.subarray(cursor.at, end)
        cursor.at = end
        return
      }
      default:
        return cursor.skip()
    }
  }
}
