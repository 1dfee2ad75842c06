import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bdSeqOf, DefinitionReader, qualityOf } from '../../../../src/decode/sparkplug/wire/index.js'
import { cNode, pythonNode } from '../../../support/sparkplug-captures.js'
import { type Field, readFields } from '../../../support/sparkplug-fields.js'

const TIME = '1700000000123'

const DATA_SET: readonly Field[] = [
  ['DataSet.0.Int8s', 'integer', '0'],
  ['DataSet.0.Int16s', 'integer', '1'],
  ['DataSet.0.Int32s', 'integer', '2'],
  ['DataSet.1.Int8s', 'integer', '3'],
  ['DataSet.1.Int16s', 'integer', '4'],
  ['DataSet.1.Int32s', 'integer', '5'],
]

const MOTOR: readonly Field[] = [
  ['My_Custom_Motor/RPMs', 'integer', '123'],
  ['My_Custom_Motor/AMPs', 'integer', '456'],
  ['My_Custom_Motor.Index', 'string', '1'],
]

describe('the official C node', () => {
  test('a node birth has every metric with its type, data sets of small integers too', () => {
    const { reader, fields, nulls } = readFields(cNode.nbirth.payload)
    assert.deepEqual(fields, [
      ['Node Control/Next Server', 'boolean', 'false'],
      ['Node Control/Rebirth', 'boolean', 'false'],
      ['Node Control/Reboot', 'boolean', 'false'],
      ['Node Metric0', 'string', 'hello no'],
      ['Node Metric1', 'boolean', 'true'],
      ['Node Metric UINT32', 'integer', '100'],
      ['Node Metric FLOAT', 'float', '100.12'],
      ['Node Metric DOUBLE', 'float', '1000.123456789'],
      ['Node Metric I8', 'integer', '100'],
      ['Node Metric I16', 'integer', '100'],
      ['Node Metric I32', 'integer', '100'],
      ['Node Metric I64', 'integer', '100'],
      ['Node Metric UI8', 'integer', '200'],
      ['Node Metric UI16', 'integer', '200'],
      ['Node Metric UI32', 'integer', '200'],
      ['Node Metric UI64', 'integer', '200'],
      ...DATA_SET,
      ['Node Metric2', 'integer', '13'],
    ])
    assert.equal(nulls, 0)
    assert.deepEqual([reader.seq, reader.timestampMs, reader.uuid, bdSeqOf(reader)], [0, TIME, 'MyUUID', -1])
    assert.deepEqual(reader.aliases.slice(0, 3), ['0', '1', '2'], 'alias 0 is an alias')
    assert.equal(reader.timestamps[16], '', 'the data set has no time of its own')
  })

  test('a node birth defines units, and templates with their members', () => {
    const { reader } = readFields(cNode.nbirth.payload)
    const definitions = new DefinitionReader()
    assert.deepEqual(definitions.read(reader, 17), {
      name: 'Node Metric2',
      alias: '9',
      datatype: 2,
      unit: 'MyCustomUnits',
      isDefinition: false,
      templateRef: '',
      members: [],
    })
    assert.deepEqual(definitions.read(reader, 18), {
      name: '_types_/Custom_Motor',
      alias: '',
      datatype: 19,
      unit: '',
      isDefinition: true,
      templateRef: '',
      members: [
        { path: 'RPMs', alias: '', datatype: 3, unit: '' },
        { path: 'AMPs', alias: '', datatype: 3, unit: '' },
      ],
    })
  })

  test('a device birth has the members and the parameter of a template', () => {
    const { reader, fields } = readFields(cNode.dbirth.payload)
    assert.equal(reader.seq, 1)
    assert.deepEqual(fields.slice(-3), MOTOR)
    const definition = new DefinitionReader().read(reader, reader.metrics - 1)
    assert.equal(definition.templateRef, 'Custom_Motor')
    assert.deepEqual(definition.members[1], { path: 'AMPs', alias: '', datatype: 3, unit: 'milliamps' })
  })

  test('device data has aliases only', () => {
    const { reader, fields } = readFields(cNode.ddata.payload)
    assert.equal(reader.seq, 2)
    assert.deepEqual(fields.slice(0, 3), [
      ['#10', 'string', '6446-EC9B-BAEE'],
      ['#11', 'boolean', 'false'],
      ['#15', 'integer', '92'],
    ])
  })

  test('negative integers of all widths, integers beyond 2^53 and nulls are what the node meant', () => {
    const { reader, fields, nulls } = readFields(cNode.ndata.payload)
    assert.deepEqual(fields, [
      ['#19', 'integer', '-5'],
      ['#20', 'integer', '-300'],
      ['#21', 'integer', '-12'],
      ['#22', 'integer', '-9007199254740993'],
      ['#23', 'integer', '200'],
      ['#24', 'integer', '60000'],
      ['#25', 'integer', '4294967284'],
      ['#26', 'integer', '9007199254740993'],
      ['#6', 'float', '-21.1'],
      ['#7', 'float', '0.1'],
      ['#8.0.Int8s', 'integer', '-1'],
      ['#8.0.Int16s', 'integer', '-2'],
      ['#8.0.Int32s', 'integer', '-3'],
    ])
    assert.equal(nulls, 1)
    assert.deepEqual([reader.isHistorical[8], reader.isTransient[9], reader.isNull[10]], [true, true, true])
  })

  test('a death without a byte is a payload without metrics', () => {
    const { reader } = readFields(cNode.ndeath.payload)
    assert.deepEqual([reader.metrics, reader.seq, reader.timestampMs, bdSeqOf(reader)], [0, -1, '', -1])
  })
})

describe('the official Python node', () => {
  test('births have every metric with its type', () => {
    const node = readFields(pythonNode.nbirth.payload)
    assert.equal(bdSeqOf(node.reader), 0)
    assert.deepEqual(node.fields.slice(4), [
      ['Node Metric0', 'string', 'hello node'],
      ['Node Metric1', 'boolean', 'true'],
      ...DATA_SET,
      ['Node Metric2', 'integer', '13'],
    ])
    assert.equal(node.nulls, 1)
    assert.deepEqual(readFields(pythonNode.dbirth.payload).fields.slice(-3), MOTOR)
  })

  test('negative integers, which it cuts to their widths, are what the node meant', () => {
    const { fields, nulls } = readFields(pythonNode.ndata.payload)
    assert.deepEqual(fields, [
      ['#1', 'integer', '-5'],
      ['#2', 'integer', '-300'],
      ['#3', 'integer', '-12'],
      ['#4', 'integer', '-9007199254740993'],
      ['#5', 'integer', '200'],
      ['#6', 'integer', '60000'],
      ['#7', 'integer', '4294967284'],
      ['#8', 'integer', '9007199254740993'],
      ['#9', 'float', '-21.1'],
      ['#10', 'float', '0.1'],
      ['#11', 'integer', TIME],
      ['#12', 'string', '6f2c1e5e-8a54-4f7a-9a8e-5d1d2f6c7b10'],
      ['#13', 'string', 'AAH/'],
      ['#14', 'string', '注塑'],
      ['#3', 'integer', '-13'],
    ])
    assert.equal(nulls, 1)
  })

  test('the quality that it sends with a value is read', () => {
    const { reader } = readFields(pythonNode.ddata.payload)
    assert.deepEqual([qualityOf(reader, 0), qualityOf(reader, 1)], [undefined, 500])
  })

  test('its death carries bdSeq', () => {
    assert.equal(bdSeqOf(readFields(pythonNode.ndeath.payload).reader), 0)
  })
})
