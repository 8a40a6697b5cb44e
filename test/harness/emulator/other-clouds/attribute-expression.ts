import type { Claims } from '../jwt.ts';

/**
 * The part of the Common Expression Language that trusts of this project use, by Google's pages on
 * attribute mappings and conditions: claims of `assertion`, the function `extract`, comparison of
 * texts, and conjunction. Anything else is an error, as it is one to create such a provider.
 */

/** @throws {Error} for an expression outside of that part. */
export function mappedText(expression: string, claims: Claims): string {
  const match = /^assertion\.(?<claim>\w+)(\.extract\((?<template>.+)\))?$/.exec(expression.trim());
  const { claim, template } = match?.groups ?? {};
  if (claim === undefined) throw new Error(`This mapping cannot be evaluated: ${expression}`);
  const value = claims[claim];
  if (typeof value !== 'string') throw new Error(`There is no text in the claim ${claim}.`);
  return template === undefined ? value : extracted(value, literal(template));
}

/** @throws {Error} for an expression outside of that part. */
export const holds = (condition: string, claims: Claims): boolean =>
  splitOutsideOfTexts(condition, '&&').every((comparison) => {
    const [left = '', right, ...more] = splitOutsideOfTexts(comparison, '==');
    if (right === undefined || more.length > 0) {
      throw new Error(`This condition cannot be evaluated: ${comparison}`);
    }
    return mappedText(left, claims) === literal(right);
  });

/** A text in single or double quotes, with backslashes before what must be taken as it is. */
function literal(quoted: string): string {
  const match = /^(?<quote>['"])(?<text>(?:\\.|(?!\k<quote>)[^\\])*)\k<quote>$/su.exec(
    quoted.trim(),
  );
  const { text } = match?.groups ?? {};
  if (text === undefined) throw new Error(`This is no text: ${quoted}`);
  return text.replaceAll(/\\(.)/gsu, '$1');
}

/** What stands where the template has its braces; empty where the template does not fit. */
function extracted(value: string, template: string): string {
  const [, before, after] = /^([^{}]*)\{\w+\}([^{}]*)$/.exec(template) ?? [];
  if (before === undefined || after === undefined) {
    throw new Error(`This template cannot be used: ${template}`);
  }
  const start = value.indexOf(before);
  if (start < 0) return '';
  const rest = value.slice(start + before.length);
  if (after === '') return rest;
  const end = rest.indexOf(after);
  return end < 0 ? '' : rest.slice(0, end);
}

function splitOutsideOfTexts(expression: string, separator: string): readonly string[] {
  const parts = [''];
  const tokens = expression.matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|&&|==|./gsu);
  for (const [token] of tokens) {
    if (token === separator) parts.push('');
    else parts.push((parts.pop() ?? '') + token);
  }
  return parts;
}
