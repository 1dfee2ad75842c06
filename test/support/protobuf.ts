/** Writes protobuf by hand, also what no library would write. */

export function varint(value: bigint | number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 0x80)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

function tag(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType)
}

export function integer(field: number, value: bigint | number | boolean): Buffer {
  return Buffer.concat([tag(field, 0), varint(typeof value === 'boolean' ? Number(value) : value)])
}

export function bytes(field: number, value: string | Uint8Array): Buffer {
  const content = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([tag(field, 2), varint(content.length), content])
}

export function message(field: number, ...fields: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(fields))
}

export function float(field: number, value: number): Buffer {
  const content = Buffer.alloc(4)
  content.writeFloatLE(value)
  return Buffer.concat([tag(field, 5), content])
}

export function double(field: number, value: number): Buffer {
  const content = Buffer.alloc(8)
  content.writeDoubleLE(value)
  return Buffer.concat([tag(field, 1), content])
}

export function group(field: number, ...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([tag(field, 3), ...fields, tag(field, 4)])
}
