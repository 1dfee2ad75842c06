import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { linesOf } from './lines.js'
import { outcomeOf, presetNames } from './samples.js'

/** Written from what the vendors say, not from what came out: preset/sample → the points, as `lines.ts` writes them. */
const BY_HAND: Readonly<Record<string, readonly string[]>> = {
  'kepware/several-devices': [
    'ningbo/Moulding.IMM01: telemetry CycleTime=23.4,Barrel.Zone1=231,Running=true,Mould="021528603314" 1700000005001000000',
    'ningbo/Moulding.IMM02: telemetry CycleTime=31.2 1700000004870000000',
    'ningbo/Pressing.IMM01: telemetry Force=812.5 1700000005003000000',
  ],
  'kepware/bad-quality': [
    'ningbo/Moulding.IMM01: telemetry CycleTime=23.4 1700000005990000000',
    'ningbo/Moulding.IMM03: telemetry CycleTime=0 1700000005990000000 (filter skipped)',
    'ningbo/Moulding.IMM03: telemetry Mould="false" 1700000005990000000 (filter skipped)',
  ],
  'kepware/interleaved-times': [
    'ningbo/Moulding.IMM01: telemetry A=1,C=4 1700000008100000000',
    'ningbo/Moulding.IMM02: telemetry A=2,B=5 1700000008100000000',
    'ningbo/Moulding.IMM01: telemetry B=3 1700000008200000000',
  ],
  'kepware/nothing-changed': ['no points'],
  'neuron-values/heartbeat': ['no points'],
  'neuron-values/values': [
    'line1/modbus-1: telemetry,group=fast temperature=21.5,running=true,recipe="PA66-GF30",total=9007199254740993i 1650006388943000000',
  ],
  'neuron-values/errors': [
    'line1/modbus-1: telemetry,group=fast temperature=21.6 1650006389943000000',
    'line1/modbus-1: telemetry,group=fast pressure=2014 1650006389943000000 (filter skipped)',
    'line1/modbus-1: telemetry,group=fast flow=3002 1650006389943000000 (filter skipped)',
  ],
  'neuron-tags/tags': [
    'line1/modbus-1: telemetry,group=fast temperature=21.5,batch="021528603314",running=false 1647497389075000000',
    'line1/modbus-1: telemetry,group=fast pressure="2014" 1647497389075000000 (filter skipped)',
  ],
  'thingsboard-gateway/two-devices': [
    'Device A: telemetry temperature=42,humidity=80 1483228800000000000',
    'Device A: telemetry temperature=43,humidity=82 1483228801000000000',
    'Device B: telemetry temperature=40 1483228800500000000',
  ],
  'thingsboard-gateway/without-ts': [
    'Device A: telemetry temperature=42,humidity=80 arrival',
    'Device B: telemetry temperature=40,serial="021528603314" arrival',
  ],
  'thingsboard-gateway-attributes/two-devices': [
    'Device A: attributes attribute1="value1",firmware=42 arrival',
    'Device B: attributes attribute1="value1",online=true arrival',
  ],
  'thingsboard-device/flat': [
    'press-7: telemetry stringKey="value1",booleanKey=true,doubleKey=42,longKey=73,jsonKey.someNumber=42,jsonKey.someArray.0=1,jsonKey.someArray.1=2,jsonKey.someArray.2=3 arrival',
  ],
  'umh/group-in-topic': [
    'cologne/cutting/line4/cnc-cutter: telemetry,group=head/pos x=12.5,y=7.3,z=3.2 1670001234567000000',
  ],
  'umh/seconds-in-milliseconds': [
    'cologne/cutting/line4/cnc-cutter: telemetry temperature_c=154.1 1702286893000000',
  ],
  'umh-core/one-tag': [
    'cologne/cutting/line4/cnc-cutter: telemetry,group=weather temperature=23.4 1733904005123000000',
  ],
  'telegraf/single-nanoseconds': [
    'raynor: docker,host=raynor,unit=m1 field_1=30,field_2=4,n_images=660,engine="24.0",paused=false 1458229140123456789',
  ],
  'telegraf/batch': [
    'raynor: cpu,cpu=cpu0,host=raynor usage_idle=97.5,usage_user=1.5 1458229140000000000',
    'raynor: cpu,cpu=cpu1,host=raynor usage_idle=91.25,usage_user=6 1458229140000000000',
    'amaranth: net,host=amaranth,interface=eth0 bytes_sent=18446744073709551615,bytes_recv=9007199254740993 1458229141000000000',
  ],
  'telegraf/disk': [
    'raynor: disk,device_=sda1,fstype=ext4,host=raynor,mode=rw,path=/ free=1024,used_percent=37.5 1458229140000000000',
    'raynor: disk,device_=sdb1,fstype=ext4,host=raynor,mode=rw,path=/data free=2048,used_percent=12.5 1458229140000000000',
  ],
  'siemens-ie-metadata/metadata': ['no points'],
  'siemens-ie/bulk': [
    '1516_S7PLUS: telemetry Production_GoodPieces=80,Production_BadPieces=20,Production_MachSpeed=120.5 1615414984146000000',
    '1516_S7PLUS: telemetry Running=true 1615414984146123400',
  ],
  'siemens-ie/same-id-other-connection': ['Press2: telemetry Force=812.5 1615414984146000000'],
  'siemens-ie/before-the-metadata': ['dead letter: awaiting_names'],
  'opcua-pubsub/reversible': [
    'line1/press7: telemetry,writer=1 Running=false,Temperature=56.5,Total=9007199254740993i,Serial="021528603314",Zones.0=231,Zones.1=230.5 1591960219500000000',
    'line1/press7: telemetry,writer=1 Torque="NaN" 1591960219500000000 (filter skipped)',
    'line1/press7: telemetry,writer=1 Old=3.5 1591960219500000000 (filter skipped)',
  ],
  'tasmota/fahrenheit-and-pressure': [
    'compressor: telemetry BME280.Temperature=70.2 [[degF]],BME280.Humidity=64.5,BME280.DewPoint=57.5 [[degF]],BME280.Pressure=991.4 [hPa],BME280.SeaPressure=1013.2 [hPa] 1598636341000000000',
  ],
  'shelly-rpc/energy': [
    'shellypro4pm-f008d1d8b8b8: telemetry switch:0.id=0,switch:0.apower=8.9,switch:0.aenergy.by_minute.0=148.333,switch:0.aenergy.by_minute.1=0,switch:0.aenergy.by_minute.2=103.5,switch:0.aenergy.minute_ts=1631186579,switch:0.aenergy.total=6.532,temperature:100.id=100,temperature:100.tC=22.8,temperature:100.tF=73.1 1631186580000000000',
  ],
  'shelly-status/switch': [
    'shellyplus1pm-a8032abe54dc: telemetry switch:0.id=0,switch:0.source="WS_in",switch:0.output=false,switch:0.apower=0,switch:0.voltage=225.9,switch:0.current=0,switch:0.aenergy.total=11.679,switch:0.aenergy.by_minute.0=0,switch:0.aenergy.by_minute.1=0,switch:0.aenergy.by_minute.2=0,switch:0.aenergy.minute_ts=1654511972,switch:0.temperature.tC=53.3,switch:0.temperature.tF=127.9 arrival',
  ],
  'shelly-gen1/power': ['shelly1pm-AABBCC: telemetry relay.0.power=38.22 arrival'],
  'zigbee2mqtt/plug': [
    'compressor-plug: telemetry state="ON",power=1530.5,energy=12.75,child_lock="UNLOCK",power_outage_memory="restore",linkquality=87 1551454365941000000',
  ],
  'aws-sitewise/entry': [
    'gateway-1: telemetry,asset=company/windfarm/3/turbine/7 temperature=38.5 1575691200123456789',
    'gateway-1: telemetry,asset=company/windfarm/3/turbine/7 temperature=39 1575691201000000000',
  ],
  'nc-link/two-paths': [
    'CNC-0042: telemetry STATUS=0,PART_COUNT=129 1700000000000000000',
    'CNC-0042: telemetry STATUS=0,PART_COUNT=139 1700000001000000000',
  ],
}

for (const [sample, lines] of Object.entries(BY_HAND)) {
  const [preset, name] = sample.split('/') as [string, string]
  test(`the preset ${preset} reads ${name} as its vendor means it`, () => {
    assert.deepEqual(linesOf(outcomeOf(preset, name)).split('\n'), lines)
  })
}

describe('what was written by hand', () => {
  test('speaks of every preset', () => {
    const spoken = new Set(Object.keys(BY_HAND).map((sample) => sample.split('/')[0]))
    assert.deepEqual(
      presetNames().filter((preset) => !spoken.has(preset)),
      [],
    )
  })
})
