import type { ReasonCode } from '../src/core/reasons.js'

interface Meaning {
  readonly en: string
  readonly zh: string
}

/** Those of src/core/reason-texts.ts: the page loads no other script than its own. */
export const REASONS: Readonly<Record<ReasonCode, Meaning>> = {
  malformed: { en: 'the payload is not of its format', zh: '载荷不符合其格式' },
  not_utf8: { en: 'the payload is not UTF-8', zh: '载荷不是 UTF-8' },
  no_fields: { en: 'the payload holds no value', zh: '载荷中没有数值' },
  bad_name: { en: 'a field has no name, or one that stands twice', zh: '字段没有名称或名称重复' },
  bad_timestamp: { en: 'the timestamp cannot be read', zh: '时间戳无法读取' },
  bad_type: { en: 'a value is not of its type', zh: '数值不符合其类型' },
  out_of_range: { en: 'a number does not fit its type', zh: '数字超出其类型的范围' },
  too_deep: { en: 'the document is nested too deeply', zh: '文档嵌套过深' },
  decoder_failed: { en: 'the gateway failed to read it: a defect', zh: '网关读取失败：这是缺陷' },
  too_large: { en: 'the payload is too large when inflated', zh: '载荷解压后过大' },
  no_records: { en: 'the mapping finds no record', zh: '映射没有找到记录' },
  expression_failed: { en: 'the expression failed', zh: '表达式执行失败' },
  expression_timeout: { en: 'the expression took too long', zh: '表达式执行超时' },
  awaiting_birth: { en: 'held until the birth certificate comes', zh: '等待出生证书，暂存' },
  awaiting_names: { en: 'held until its names are explained', zh: '等待名称说明，暂存' },
  unknown_type: { en: 'a data type is not known', zh: '数据类型未知' },
  sink_rejected: { en: 'a store refused the point', zh: '存储拒绝了该数据点' },
  spool_dropped: { en: 'dropped, as the spool was full', zh: '缓存已满，被丢弃' },
  block_damaged: { en: 'lost with a damaged block', zh: '随损坏的数据块丢失' },
  skipped: { en: 'left out by a condition of the mapping', zh: '按映射条件略过' },
  duplicate: { en: 'came twice', zh: '重复到达' },
  deadband: { en: 'no news: within the deadband', zh: '变化在死区之内' },
  rate_limited: { en: 'more points than the rate limit allows', zh: '超出速率限制' },
  out_of_bounds: { en: 'out of bounds, left out', zh: '超出界限，略过' },
  device_rejected: { en: 'of a device that was rejected', zh: '所属设备已被拒绝' },
  bad_quality: { en: 'the device says that the value is bad', zh: '设备标明数值质量为坏' },
  clock_unset: { en: 'the clock of the device was never set', zh: '设备时钟未设置' },
  clock_beyond: { en: 'the time of the device is beyond belief', zh: '设备时间不可信' },
  type_changed: { en: 'the field has had another type', zh: '字段类型发生变化' },
  value_out_of_bounds: { en: 'the value is out of bounds', zh: '数值超出界限' },
  series_budget: { en: 'more series than the budget allows', zh: '超出序列预算' },
  unit_unknown: { en: 'the unit is not known, or of another kind', zh: '单位未知或量纲不符' },
  publish_refused: { en: 'its client may not publish it', zh: '客户端无权发布' },
  speaker_refused: { en: 'its client may not speak for this device', zh: '客户端无权代表该设备' },
  time_replaced: { en: 'stored with the time of arrival', zh: '以到达时间存储' },
  time_moved: { en: 'moved by nanoseconds, as its time was taken', zh: '时间已被占用，移动若干纳秒' },
  type_coerced: { en: 'converted to the type of its field', zh: '已转换为字段的类型' },
  value_clamped: { en: 'set to the nearest bound', zh: '已取最近的界限值' },
}

/** Undefined for a reason of a gateway that is newer than this page. */
export function meaningOf(code: string): Meaning | undefined {
  return Object.hasOwn(REASONS, code) ? REASONS[code as ReasonCode] : undefined
}
