export interface Contributions {
  placeholder?: never
}
