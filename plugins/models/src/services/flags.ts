import { Flags } from 'kwx/command'

const BRACKETS = ['between', 'greater', 'less'] as const

export const roleFlag = Flags.string({
  options: ['champion', 'challenger'],
  default: 'champion',
  description: 'Champion: what production uses. Challenger: what runs beside it.',
})

/** Flags that name one place. */
export const placeFlags = {
  city: Flags.string({ required: true, description: 'City id, see "kwx cities".' }),
  bracket: Flags.string({ required: true, options: [...BRACKETS], description: 'Type of the markets.' }),
  role: roleFlag,
}

/** Flags that may narrow a list. */
export const filterFlags = {
  city: Flags.string({ description: 'Only of this city.' }),
  bracket: Flags.string({ options: [...BRACKETS], description: 'Only of this type of market.' }),
}
