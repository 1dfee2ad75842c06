/**
 * What the official edge nodes put on the wire, captured from them: the test program of the C library (c/core/test/test.c)
 * and the example of the Python library (python/examples/example.py) of eclipse/tahu at commit 5736e404889d, with the
 * clock standing at 2023-11-14T22:13:20.123Z; and an NDATA of each library with what tells implementations apart: negative
 * integers of all widths, integers that no double can hold, nulls, historical and transient metrics.
 *
 * The C node sends no bdSeq, and an empty NDEATH.
 */
export interface Capture {
  readonly topic: string
  readonly payload: Buffer
}

function capture(topic: string, ...hex: readonly string[]): Capture {
  return { topic: `spBv1.0/Sparkplug B Devices/${topic}`, payload: Buffer.from(hex.join(''), 'hex') }
}

export const cNode = {
  nbirth: capture(
    'NBIRTH/C Edge Node 1',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // Node Control/Next Server, alias 0, datatype 11, boolean
    '12270a184e6f646520436f6e74726f6c2f4e65787420536572766572100018fbd095ffbc31200b7000',
    // Node Control/Rebirth, alias 1, datatype 11, boolean
    '12230a144e6f646520436f6e74726f6c2f52656269727468100118fbd095ffbc31200b7000',
    // Node Control/Reboot, alias 2, datatype 11, boolean
    '12220a134e6f646520436f6e74726f6c2f5265626f6f74100218fbd095ffbc31200b7000',
    // Node Metric0, alias 3, datatype 12, string
    '12230a0c4e6f6465204d657472696330100318fbd095ffbc31200c7a0868656c6c6f206e6f',
    // Node Metric1, alias 4, datatype 11, boolean
    '121b0a0c4e6f6465204d657472696331100418fbd095ffbc31200b7001',
    // Node Metric UINT32, alias 5, datatype 7, long
    '12210a124e6f6465204d65747269632055494e543332100518fbd095ffbc3120075864',
    // Node Metric FLOAT, alias 6, datatype 9, float
    '12230a114e6f6465204d657472696320464c4f4154100618fbd095ffbc31200965713dc842',
    // Node Metric DOUBLE, alias 7, datatype 10, double
    '12280a124e6f6465204d657472696320444f55424c45100718fbd095ffbc31200a69cbb9e9d6fc408f40',
    // Node Metric I8, alias 19, datatype 1, int
    '121d0a0e4e6f6465204d6574726963204938101318fbd095ffbc3120015064',
    // Node Metric I16, alias 20, datatype 2, int
    '121e0a0f4e6f6465204d657472696320493136101418fbd095ffbc3120025064',
    // Node Metric I32, alias 21, datatype 3, int
    '121e0a0f4e6f6465204d657472696320493332101518fbd095ffbc3120035064',
    // Node Metric I64, alias 22, datatype 4, long
    '121e0a0f4e6f6465204d657472696320493634101618fbd095ffbc3120045864',
    // Node Metric UI8, alias 23, datatype 5, int
    '121f0a0f4e6f6465204d657472696320554938101718fbd095ffbc31200550c801',
    // Node Metric UI16, alias 24, datatype 6, int
    '12200a104e6f6465204d65747269632055493136101818fbd095ffbc31200650c801',
    // Node Metric UI32, alias 25, datatype 7, long
    '12200a104e6f6465204d65747269632055493332101918fbd095ffbc31200758c801',
    // Node Metric UI64, alias 26, datatype 8, long
    '12200a104e6f6465204d65747269632055493634101a18fbd095ffbc31200858c801',
    // DataSet, alias 8, datatype 16, data set
    '124a0a0744617461536574100820108a013a08031205496e7438731206496e743136731206496e743332731a03010203',
    '220c0a0208000a0208010a020802220c0a0208030a0208040a020805',
    // Node Metric2, alias 9, datatype 2, int, properties
    '12320a0c4e6f6465204d657472696332100920024a1c0a07656e67556e69741211080c420d4d79437573746f6d556e69',
    '7473500d',
    // _types_/Custom_Motor, datatype 19, template
    '12430a145f74797065735f2f437573746f6d5f4d6f746f722013920128120a0a0452504d7320035000120a0a04414d50',
    '73200350001a0c0a05496e646578100c4201302801',
    // seq 0
    '1800',
    // uuid MyUUID
    '22064d7955554944',
  ),
  dbirth: capture(
    'DBIRTH/C Edge Node 1/Emulated Device',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // input/Device Metric0, alias 10, datatype 12, string
    '122f0a14696e7075742f446576696365204d657472696330100a18fbd095ffbc31200c7a0c68656c6c6f206465766963',
    '65',
    // input/Device Metric1, alias 11, datatype 11, boolean
    '12230a14696e7075742f446576696365204d657472696331100b18fbd095ffbc31200b7001',
    // output/Device Metric2, alias 12, datatype 2, int
    '12240a156f75747075742f446576696365204d657472696332100c18fbd095ffbc3120025010',
    // output/Device Metric3, alias 13, datatype 11, boolean
    '12240a156f75747075742f446576696365204d657472696333100d18fbd095ffbc31200b7001',
    // Device Metric INT8, alias 15, datatype 1, int
    '12210a12446576696365204d657472696320494e5438100f18fbd095ffbc3120015064',
    // Device Metric UINT32, alias 16, datatype 7, long
    '12230a14446576696365204d65747269632055494e543332101018fbd095ffbc3120075864',
    // Device Metric FLOAT, alias 17, datatype 9, float
    '12250a13446576696365204d657472696320464c4f4154101118fbd095ffbc31200965713dc842',
    // Device Metric DOUBLE, alias 18, datatype 10, double
    '122a0a14446576696365204d657472696320444f55424c45101218fbd095ffbc31200a69448b6ce7fb408f40',
    // My_Custom_Motor, alias 14, datatype 19, template
    '12690a0f4d795f437573746f6d5f4d6f746f72100e2013920151120a0a0452504d732003507b12250a04414d50732003',
    '4a180a07656e67556e6974120d080c42096d696c6c69616d707350c8031a0c0a05496e646578100c420131220c437573',
    '746f6d5f4d6f746f722800',
    // seq 1
    '1801',
  ),
  ddata: capture(
    'DDATA/C Edge Node 1/Emulated Device',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // alias 10, datatype 12, string
    '121b100a18fbd095ffbc31200c7a0e363434362d454339422d42414545',
    // alias 11, datatype 11, boolean
    '120d100b18fbd095ffbc31200b7000',
    // alias 15, datatype 1, int
    '120d100f18fbd095ffbc312001505c',
    // alias 16, datatype 7, long
    '120e101018fbd095ffbc31200758b905',
    // alias 17, datatype 9, float
    '1210101118fbd095ffbc3120096506842c40',
    // seq 2
    '1802',
  ),
  ndata: capture(
    'NDATA/C Edge Node 1',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // alias 19, datatype 1, int
    '1211101318fbd095ffbc31200150fbffffff0f',
    // alias 20, datatype 2, int
    '1211101418fbd095ffbc31200250d4fdffff0f',
    // alias 21, datatype 3, int
    '1211101518fbd095ffbc31200350f4ffffff0f',
    // alias 22, datatype 4, long
    '1216101618fbd095ffbc31200458ffffffffffffffefff01',
    // alias 23, datatype 5, int
    '120e101718fbd095ffbc31200550c801',
    // alias 24, datatype 6, int
    '120f101818fbd095ffbc31200650e0d403',
    // alias 25, datatype 7, long
    '1211101918fbd095ffbc31200758f4ffffff0f',
    // alias 26, datatype 8, long
    '1214101a18fbd095ffbc312008588180808080808010',
    // alias 6, datatype 9, float, historical
    '1212100618fbd095ffbc312009280165cdcca8c1',
    // alias 7, datatype 10, double, transient
    '1216100718fbd095ffbc31200a3001699a9999999999b93f',
    // alias 5, datatype 7, null
    '120d100518fbd095ffbc3120073801',
    // alias 8, datatype 16, data set
    '123f100820108a013808031205496e7438731206496e743136731206496e743332731a0301020322180a0608ffffffff',
    '0f0a0608feffffff0f0a0608fdffffff0f',
    // seq 2
    '1802',
  ),
  ndeath: capture('NDEATH/C Edge Node 1'),
} as const

export const pythonNode = {
  nbirth: capture(
    'NBIRTH/Python Edge Node 1',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // bdSeq, datatype 4, long
    '12120a05626453657118fbd095ffbc3120045800',
    // Node Control/Next Server, alias 0, datatype 11, boolean
    '12270a184e6f646520436f6e74726f6c2f4e65787420536572766572100018fbd095ffbc31200b7000',
    // Node Control/Rebirth, alias 1, datatype 11, boolean
    '12230a144e6f646520436f6e74726f6c2f52656269727468100118fbd095ffbc31200b7000',
    // Node Control/Reboot, alias 2, datatype 11, boolean
    '12220a134e6f646520436f6e74726f6c2f5265626f6f74100218fbd095ffbc31200b7000',
    // Node Metric0, alias 4, datatype 12, string
    '12250a0c4e6f6465204d657472696330100418fbd095ffbc31200c7a0a68656c6c6f206e6f6465',
    // Node Metric1, alias 5, datatype 11, boolean
    '121b0a0c4e6f6465204d657472696331100518fbd095ffbc31200b7001',
    // Node Metric3, alias 7, datatype 3, null
    '121b0a0c4e6f6465204d657472696333100718fbd095ffbc3120033801',
    // DataSet, alias 3, datatype 16, data set
    '12520a0744617461536574100318fbd095ffbc3120108a013b08031205496e7438731206496e743136731206496e7433',
    '3273180118021803220c0a0208000a0208010a020802220c0a0208030a0208040a020805',
    // Node Metric2, alias 6, datatype 2, int, properties
    '12390a0c4e6f6465204d657472696332100618fbd095ffbc3120024a1c0a07656e67556e69741211080c420d4d794375',
    '73746f6d556e697473500d',
    // _types_/Custom_Motor, datatype 19, template
    '12580a145f74797065735f2f437573746f6d5f4d6f746f7218fbd095ffbc31201392013612110a0452504d7318fbd095',
    'ffbc312003500012110a04414d507318fbd095ffbc31200350001a0c0a05496e646578100c4201302801',
    // seq 0
    '1800',
  ),
  dbirth: capture(
    'DBIRTH/Python Edge Node 1/Emulated Device',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // input/Device Metric0, alias 8, datatype 12, string
    '122f0a14696e7075742f446576696365204d657472696330100818fbd095ffbc31200c7a0c68656c6c6f206465766963',
    '65',
    // input/Device Metric1, alias 9, datatype 11, boolean
    '12230a14696e7075742f446576696365204d657472696331100918fbd095ffbc31200b7001',
    // output/Device Metric2, alias 10, datatype 2, int
    '12240a156f75747075742f446576696365204d657472696332100a18fbd095ffbc3120025010',
    // output/Device Metric3, alias 11, datatype 11, boolean
    '12240a156f75747075742f446576696365204d657472696333100b18fbd095ffbc31200b7001',
    // My_Custom_Motor, alias 12, datatype 19, template
    '12640a0f4d795f437573746f6d5f4d6f746f72100c18fbd095ffbc31201392014512110a0452504d7318fbd095ffbc31',
    '2003507b12120a04414d507318fbd095ffbc31200350c8031a0c0a05496e646578100c420131220c437573746f6d5f4d',
    '6f746f722800',
    // seq 1
    '1801',
  ),
  ddata: capture(
    'DDATA/Python Edge Node 1/Emulated Device',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // alias 8, datatype 12, string
    '1219100818fbd095ffbc31200c7a0c6b656d75626372646c736271',
    // alias 9, datatype 11, boolean, properties
    '121f100918fbd095ffbc31200b4a100a075175616c6974791205080318f4037001',
    // seq 2
    '1802',
  ),
  ndata: capture(
    'NDATA/Python Edge Node 1',
    // timestamp 1700000000123
    '08fbd095ffbc31',
    // alias 1, datatype 1, int
    '120e100118fbd095ffbc31200150fb01',
    // alias 2, datatype 2, int
    '120f100218fbd095ffbc31200250d4fd03',
    // alias 3, datatype 3, int
    '1211100318fbd095ffbc31200350f4ffffff0f',
    // alias 4, datatype 4, long
    '1216100418fbd095ffbc31200458ffffffffffffffefff01',
    // alias 5, datatype 5, int
    '120e100518fbd095ffbc31200550c801',
    // alias 6, datatype 6, int
    '120f100618fbd095ffbc31200650e0d403',
    // alias 7, datatype 7, int
    '1211100718fbd095ffbc31200750f4ffffff0f',
    // alias 8, datatype 8, long
    '1214100818fbd095ffbc312008588180808080808010',
    // alias 9, datatype 9, float
    '1210100918fbd095ffbc31200965cdcca8c1',
    // alias 10, datatype 10, double
    '1214100a18fbd095ffbc31200a699a9999999999b93f',
    // alias 11, datatype 13, long
    '1212100b18fbd095ffbc31200d58fbd095ffbc31',
    // alias 12, datatype 15, string
    '1231100c18fbd095ffbc31200f7a2436663263316535652d386135342d346637612d396138652d356431643266366337',
    '623130',
    // alias 13, datatype 17, bytes
    '1211100d18fbd095ffbc3120118201030001ff',
    // alias 14, datatype 14, string
    '1213100e18fbd095ffbc31200e7a06e6b3a8e5a191',
    // alias 3, datatype 3, int, historical
    '1213100318fbd095ffbc312003280150f3ffffff0f',
    // alias 3, datatype 3, null
    '120d100318fbd095ffbc3120033801',
    // seq 3
    '1803',
  ),
  ndeath: capture(
    'NDEATH/Python Edge Node 1',
    // bdSeq, datatype 4, long
    '12120a05626453657118fbd095ffbc3120045800',
  ),
} as const
