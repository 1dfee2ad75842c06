/** What a simulation did. At QoS 1 and 2 `sent = acknowledged + unacknowledged`. */
export interface SimulationSummary {
  readonly devices: number
  readonly connections: number
  /** PUBLISH packets, duplicates and malformed ones included: what a gateway that got them all counts as received. */
  readonly sent: number
  /** Messages whose acknowledgement came; 0 at QoS 0, which has none. */
  readonly acknowledged: number
  /** Messages whose connection or run ended before the acknowledgement: the broker may have them or not. */
  readonly unacknowledged: number
  /** At QoS 0: messages whose connection was lost before they were written to it. */
  readonly failed: number
  readonly duplicatesSent: number
  readonly malformedSent: number
  /** Connections made anew, after a scripted cut or a loss. */
  readonly reconnects: number
  /** Of payloads. */
  readonly bytes: number
  /** Of publishing, without the time for connecting and for the last acknowledgements. */
  readonly seconds: number
  /** Messages sent a second. */
  readonly rate: number
  /** How far the fleet was behind its clock at the end, in real time; large where broker or machine is too slow. */
  readonly behindMs: number
}

export type SummaryLanguage = 'en' | 'zh'

type Labels = Readonly<Record<keyof SimulationSummary, string>>

const LABELS: Readonly<Record<SummaryLanguage, Labels>> = {
  en: {
    devices: 'devices',
    connections: 'connections',
    sent: 'messages sent',
    acknowledged: 'messages acknowledged',
    unacknowledged: 'messages without acknowledgement',
    failed: 'messages not written',
    duplicatesSent: 'duplicates among the sent',
    malformedSent: 'malformed among the sent',
    reconnects: 'reconnects',
    bytes: 'payload bytes',
    seconds: 'seconds',
    rate: 'messages a second',
    behindMs: 'behind the clock (ms)',
  },
  zh: {
    devices: '设备',
    connections: '连接',
    sent: '已发送的消息',
    acknowledged: '已确认的消息',
    unacknowledged: '未获确认的消息',
    failed: '未能写出的消息',
    duplicatesSent: '其中重复的消息',
    malformedSent: '其中格式错误的消息',
    reconnects: '重新连接次数',
    bytes: '负载字节数',
    seconds: '秒数',
    rate: '每秒消息数',
    behindMs: '落后于时钟（毫秒）',
  },
}

/** The summary as lines of label and figure, each ended by a newline, in columns also where characters are wide. */
export function formatSummary(summary: SimulationSummary, language: SummaryLanguage = 'en'): string {
  const labels = Object.entries(LABELS[language]) as [keyof SimulationSummary, string][]
  const labelWidth = Math.max(...labels.map(([, label]) => columns(label)))
  const figures = labels.map(([key]) => figure(key, summary[key]))
  const figureWidth = Math.max(...figures.map(({ length }) => length))
  return labels
    .map(([, label], at) => {
      return `${label}${' '.repeat(labelWidth - columns(label))}  ${figures[at]!.padStart(figureWidth)}\n`
    })
    .join('')
}

function figure(key: keyof SimulationSummary, value: number): string {
  const maximumFractionDigits = key === 'seconds' ? 1 : 0
  return value.toLocaleString('en-US', { maximumFractionDigits })
}

/** Columns in a terminal: ideographs and full-width signs take two. */
function columns(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (/[\u2e80-\u9fff\uff00-\uff60]/.test(character) ? 2 : 1),
    0,
  )
}
