/** Thrown inside an evaluation to end it; leaves src/core/expressions.ts only as an expression_failed value. */
export class ExpressionFailure extends Error {}
