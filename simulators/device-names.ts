/** Numbers devices by prefix through a whole fleet, so that a device's name alone says which one it is. */
export class DeviceNames {
  readonly #numbers = new Map<string, number>()

  /** `imm-01`, `imm-02`, …: at least `digits` digits. */
  next(prefix: string, digits = 2): string {
    const number = (this.#numbers.get(prefix) ?? 0) + 1
    this.#numbers.set(prefix, number)
    return `${prefix}-${String(number).padStart(digits, '0')}`
  }
}
