import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { linegate } from '../support/terminal.js'

const COMMANDS = [
  'run',
  'check',
  'demo',
  'simulate',
  'tail',
  'ledger',
  'dead-letters',
  'dead-letters list',
  'dead-letters show',
  'spool',
  'devices',
  'devices list',
  'devices show',
  'devices import',
  'devices export',
  'devices confirm',
  'devices reject',
  'devices remove',
  'fleet',
  'fleet registry',
  'resolve',
  'audit',
  'audit list',
  'audit export',
  'audit verify',
  'users',
  'users list',
  'users add',
  'users change',
  'users password',
  'users remove',
  'tokens',
  'tokens add',
  'tokens list',
  'tokens revoke',
]

describe('help', () => {
  test('names every command', async () => {
    const { exitCode, output } = await linegate(['--help'])
    assert.equal(exitCode, 0)
    for (const command of COMMANDS.filter((name) => !name.includes(' '))) {
      assert.match(output, new RegExp(`^ {2}${command} `, 'm'))
    }
  })

  for (const command of COMMANDS) {
    test(`of ${command} has examples that the command line takes`, async () => {
      const { exitCode, output } = await linegate([...command.split(' '), '--help'])
      assert.equal(exitCode, 0)
      const examples = Array.from(output.matchAll(/^ {2}\$ linegate (.+)$/gm), ([, example]) => example!)
      assert.ok(examples.length > 0)
      for (const example of examples) {
        assert.ok(example.startsWith(command))
        // Help wins over running the command, but only after all options before it were found to be right.
        const { exitCode: checked, errors } = await linegate([...example.split(' '), '--help'])
        assert.equal(checked, 0, `${example}: ${errors}`)
      }
    })
  }

  test('is in Chinese throughout', async () => {
    for (const command of COMMANDS) {
      const { output } = await linegate([...command.split(' '), '--help'], 'zh')
      for (const line of output.split('\n').filter((text) => /^\s+-/.test(text)))
        assert.match(line, /\p{sc=Han}/u)
      assert.doesNotMatch(output, /Usage|Options|Arguments|Examples|default|env:/)
    }
  })
})
