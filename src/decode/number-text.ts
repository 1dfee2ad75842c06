/** Numbers below this, times a thousand, are exact integers. */
const FAST_BELOW = 1e6
const SCALE = 1_000

/**
 * What String gives, in half the time for numbers as sensors have them: of up to six digits before the point, and three
 * behind it.
 */
export function numberText(value: number): string {
  if (!(value >= 0 && value < FAST_BELOW))
    return value < 0 && value > -FAST_BELOW ? negative(value) : String(value)
  const thousandths = Math.round(value * SCALE)
  // A number of so few digits is the nearest double to no other, so its text is the shortest.
  if (thousandths / SCALE !== value) return String(value)
  const whole = Math.floor(thousandths / SCALE)
  const rest = thousandths - whole * SCALE
  if (rest === 0) return `${whole}`
  if (rest % 100 === 0) return `${whole}.${rest / 100}`
  if (rest % 10 === 0) return rest < 100 ? `${whole}.0${rest / 10}` : `${whole}.${rest / 10}`
  if (rest < 10) return `${whole}.00${rest}`
  return rest < 100 ? `${whole}.0${rest}` : `${whole}.${rest}`
}

function negative(value: number): string {
  return `-${numberText(-value)}`
}
