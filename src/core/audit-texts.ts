import type { AuditEventId } from './audit.js'

interface AuditText {
  readonly en: string
  readonly zh: string
}

/** What each event of the audit trail means, for people; whether it went well is in its result. */
export const AUDIT_TEXTS: Readonly<Record<AuditEventId, AuditText>> = {
  sign_in: { en: 'signing in', zh: '登录' },
  sign_out: { en: 'signing out', zh: '退出登录' },
  sign_in_blocked: {
    en: 'signing in is blocked for a while after wrong passwords',
    zh: '密码多次错误，暂停登录',
  },
  session_expired: { en: 'a session expired', zh: '会话到期' },
  access_denied: { en: 'a request beyond role or scope', zh: '请求超出角色或范围' },
  read: { en: 'something was read', zh: '读取' },
  client_connected: { en: 'an MQTT client connected', zh: 'MQTT 客户端连接' },
  client_refused: { en: 'an MQTT client was not let in', zh: 'MQTT 客户端被拒绝接入' },
  enrolled: { en: 'a device was enrolled by a code', zh: '设备凭注册码注册' },
  enrolment_refused: { en: 'an enrolment code was refused', zh: '注册码被拒绝' },
  publish_refused: { en: 'publishing to a topic was refused', zh: '发布到主题被拒绝' },
  subscribe_refused: { en: 'a subscription was refused', zh: '订阅被拒绝' },
  speak_for_refused: {
    en: 'a client spoke for a device that it may not speak for',
    zh: '客户端冒充其他设备',
  },
  limit_reached: { en: 'a limit of a client or an address was reached', zh: '客户端或地址达到上限' },
  bad_request: { en: 'a request that makes no sense', zh: '无意义的请求' },
  origin_refused: { en: 'a page of another origin was refused', zh: '来自其他来源的页面被拒绝' },
  configuration_reloaded: { en: 'the configuration was read again', zh: '重新读取配置' },
  device_changed: { en: 'a device was registered or changed', zh: '登记或修改设备' },
  device_removed: { en: 'a device was removed', zh: '删除设备' },
  devices_imported: { en: 'a table of devices was imported', zh: '导入设备表' },
  item_changed: { en: 'an identified item was registered or changed', zh: '登记或修改标识对象' },
  item_removed: { en: 'an identified item was removed', zh: '删除标识对象' },
  dead_letters_replayed: { en: 'dead letters were replayed', zh: '重放死信' },
  dead_letters_purged: { en: 'dead letters were purged', zh: '清除死信' },
  credential_added: { en: 'a credential of a device was added', zh: '添加设备凭据' },
  credential_changed: { en: 'a credential of a device was changed', zh: '修改设备凭据' },
  credential_rotated: { en: 'a credential of a device got a new secret', zh: '更换设备凭据的密钥' },
  credential_revoked: { en: 'a credential of a device was revoked', zh: '吊销设备凭据' },
  enrolment_code_made: { en: 'an enrolment code was made', zh: '生成注册码' },
  user_added: { en: 'a user was added', zh: '添加用户' },
  user_changed: { en: 'a user was changed', zh: '修改用户' },
  user_removed: { en: 'a user was removed', zh: '删除用户' },
  api_token_made: { en: 'an API token was made', zh: '生成 API 令牌' },
  api_token_revoked: { en: 'an API token was revoked', zh: '吊销 API 令牌' },
  started: { en: 'the gateway started', zh: '网关启动' },
  stopped: { en: 'the gateway stopped', zh: '网关停止' },
  clock_changed: { en: 'the clock of the gateway was set', zh: '网关时钟被调整' },
  rotated: { en: 'a file of the audit trail was closed and the next begun', zh: '审计文件轮换' },
  expired: {
    en: 'a file of the audit trail was removed at the end of its retention',
    zh: '审计文件保留期满，已删除',
  },
  exported: { en: 'the audit trail was exported', zh: '导出审计记录' },
  verified: { en: 'the audit trail was verified', zh: '校验审计记录' },
  damaged: { en: 'damage of the audit trail was found', zh: '发现审计记录受损' },
  mended: { en: 'a half line that a crash had left was removed', zh: '移除崩溃留下的半行' },
  lost: {
    en: 'records were lost while the audit trail could not be written',
    zh: '审计无法写入期间丢失记录',
  },
  forwarding_lost: { en: 'records were not sent to the syslog server', zh: '记录未能发送到 syslog 服务器' },
}
