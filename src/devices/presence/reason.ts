import { CAUSE_CODES, Cause, STATE_NAMES, type State } from './states.js'

/** Why a device is in its state, as a sentence with its numbers. */
export interface Reason {
  readonly code: string
  readonly en: string
  readonly zh: string
}

/** What a sentence is made of. Times are epoch milliseconds, 0 if there is none. */
export interface Circumstances {
  readonly state: State
  readonly cause: Cause
  readonly sinceMs: number
  readonly lastHeardMs: number
  /** `mute`: when the client connected. `notBack`: when the gateway started. */
  readonly detailMs: number
  readonly clientId: string
  readonly intervalMs: number
  readonly survivalMs: number
  /** Times of the same day are shown without it. */
  readonly nowMs: number
}

type Sentence = readonly [en: string, zh: string]

const STATES_ZH = ['未知', '在线', '静默', '离线'] as const

/**
 * "stale since 10:02:11: last message 10:01:41, expected every 10 s + 20 s", in the time zone of the process. The data
 * beside it has the times in full.
 */
export function reasonOf(facts: Circumstances): Reason {
  const code = CAUSE_CODES[facts.cause]!
  const [en, zh] = why(facts)
  if (facts.cause === Cause.neverSeen) return { code, en: `unknown: ${en}`, zh: `未知：${zh}` }
  const since = timeText(facts.sinceMs, facts.nowMs)
  return {
    code,
    en: `${STATE_NAMES[facts.state]} since ${since}: ${en}`,
    zh: `自 ${since} 起${STATES_ZH[facts.state]}：${zh}`,
  }
}

function why(facts: Circumstances): Sentence {
  const { cause, clientId, detailMs, nowMs } = facts
  switch (cause) {
    case Cause.neverSeen:
      return ['never seen', '从未出现']
    case Cause.heard:
    case Cause.silent:
      return joined(lastMessage(facts), expected(facts))
    case Cause.mute: {
      const connected = timeText(detailMs, nowMs)
      const silent: Sentence = [
        `no message since its client connected ${connected}`,
        `客户端 ${connected} 连接后没有消息`,
      ]
      return joined(silent, expected(facts))
    }
    case Cause.reconnected:
      return joined(['connected again', '已重新连接'], lastMessage(facts), expected(facts))
    case Cause.disconnected:
      return joined([`client ${clientId} disconnected`, `客户端 ${clientId} 已断开`], lastMessage(facts))
    case Cause.lost:
      return joined(
        [`the connection of client ${clientId} was lost`, `客户端 ${clientId} 的连接已丢失`],
        lastMessage(facts),
      )
    case Cause.died:
      return joined(['it was reported dead', '收到死亡证明'], lastMessage(facts))
    case Cause.nodeDied:
      return joined(['its edge node was reported dead', '其边缘节点收到死亡证明'], lastMessage(facts))
    case Cause.notBack: {
      const started = timeText(detailMs, nowMs)
      return [
        `client ${clientId} did not come back after the gateway's restart ${started}`,
        `网关 ${started} 重启后客户端 ${clientId} 未恢复连接`,
      ]
    }
  }
}

function lastMessage({ lastHeardMs, nowMs }: Circumstances): Sentence {
  if (lastHeardMs === 0) return ['no message yet', '尚无消息']
  const time = timeText(lastHeardMs, nowMs)
  return [`last message ${time}`, `最后一条消息 ${time}`]
}

function expected({ intervalMs, survivalMs }: Circumstances): Sentence {
  return [
    `expected every ${durationText(intervalMs, 'en')} + ${durationText(survivalMs, 'en')}`,
    `应每 ${durationText(intervalMs, 'zh')} + ${durationText(survivalMs, 'zh')}一条`,
  ]
}

function joined(...parts: readonly Sentence[]): Sentence {
  return [parts.map(([en]) => en).join(', '), parts.map(([, zh]) => zh).join('，')]
}

function timeText(ms: number, nowMs: number): string {
  if (ms === 0) return '?'
  const time = new Date(ms)
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  const day = dayText(time)
  return day === dayText(new Date(nowMs)) ? clock : `${day} ${clock}`
}

function dayText(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

const UNITS = [
  [3_600_000, 'h', '小时'],
  [60_000, 'min', '分钟'],
] as const

/** In the largest unit that gives a whole number; seconds may have a fraction. */
function durationText(ms: number, language: 'en' | 'zh'): string {
  for (const [unitMs, en, zh] of UNITS) {
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs} ${language === 'en' ? en : zh}`
  }
  if (ms < 1000) return `${ms} ${language === 'en' ? 'ms' : '毫秒'}`
  return `${ms / 1000} ${language === 'en' ? 's' : '秒'}`
}
