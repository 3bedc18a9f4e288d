export { fitWindow as default } from '../services/fit-window.ts'
