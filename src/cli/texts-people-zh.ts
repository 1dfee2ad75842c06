import type { people as english } from './texts-people.js'

/** What the commands of users and tokens say, in Chinese. */
export const people: typeof english = {
  password: '密码：',
  passwordAgain: '再输入一次：',
  name: '名称',
  displayName: '显示为',
  role: '角色',
  roles: { viewer: '查看', operator: '操作', engineer: '工程', admin: '管理' },
  scope: '可见范围',
  wholePlant: '（整个工厂）',
  state: '登录方式',
  signsInWith: { password: '密码', oidc: 'OpenID' },
  disabled: '（已停用）',
  lastSignIn: '上次登录',
  noUsers: '还没有用户。用 "linegate users add 名称 --role admin" 添加第一位。',
  userAdded: (name, role, scope) => `已添加用户 ${name}：${role}，${scope === '' ? '整个工厂' : scope}。`,
  userChanged: (name) => `已更改用户 ${name}。`,
  passwordSet: (name) => `${name} 的密码已更新，其会话已结束。`,
  userRemoved: (name) => `已删除用户 ${name}。`,
  owner: '所有者',
  expires: '到期时间',
  lastUsed: '上次使用',
  noTokens: '还没有 API 令牌。',
  tokenMade: (name, expires) => `API 令牌 ${name}，有效至 ${expires}。仅此一次显示：`,
  tokenRevoked: (name) => `已作废 API 令牌 ${name}。`,
}
