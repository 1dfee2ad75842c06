/**
 * Sparkplug B on the wire.
 *
 *     reader.read(payload)                                       columns of metrics, reused: see MetricTable
 *     definitions.read(reader, i)                                of a metric in a birth: what later messages leave out
 *     values.append(batch, reader, i, name, datatype, unit, members)
 *                                                                the field(s) of metric i, into the open point
 *     qualityOf(reader, i)                                       its property Quality
 *     bdSeqOf(reader)                                            the metric bdSeq of a birth or death
 */
export { bdSeqOf } from './bd-seq.js'
export { Datatype, datatypeName } from './datatype.js'
export { DefinitionReader, type MetricDefinition } from './definition.js'
export { epochNanoseconds } from './epoch.js'
export { type MemberDefinition, Members } from './members.js'
export { MetricTable, ValueKind } from './metric-table.js'
export { DEFAULT_VALUE_OPTIONS, MetricValues, type ValueOptions } from './metric-values.js'
export { PayloadReader } from './payload-reader.js'
export { qualityOf } from './property.js'
