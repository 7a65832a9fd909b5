// Types, expressions and statements of AssemblyScript as C++.
import ts from 'typescript';
import { calledName, constants, given, nameOf, scalars, spaces, touching } from './words.mjs';

/** What a call is given for types. */
const typed = (name, types) => (types.length > 0 ? `${name}<${types.join(', ')}>` : name);

/**
 * Writes what stands in functions.
 *
 * @param functions names of functions of the kernel: they are given memory first
 * @param addresses names of fields that are addresses in any record
 * @param fail refuses a node
 */
export function bodyWriter(functions, addresses, fail) {
  /** A type: records are passed by reference. */
  const type = (node) => {
    const text = node.getText();
    if (scalars.has(text)) return text;
    if (!ts.isTypeReferenceNode(node) || node.typeArguments) fail(node);
    return `Ref<${text}>`;
  };

  const callOfSpace = (node, args, types) => {
    const { expression: space, name: member } = node.expression;
    if (!spaces.has(space.text)) fail(node);
    const name = `${space.text}_${member.text}`;
    // Lanes are chosen where C++ compiles.
    if (name === 'v128_shuffle') {
      return `${typed(name, [...types, ...args.slice(2)])}(${args.slice(0, 2).join(', ')})`;
    }
    if (name.endsWith('_extract_lane')) return `${name}<${args[1]}>(${args[0]})`;
    if (/_(load|store)_lane$/.test(name)) {
      const [at, value, lane] = args;
      return `${typed(name, [...types, lane])}(memory, ${at}, ${value})`;
    }
    const all = touching.test(name) ? ['memory', ...args] : args;
    return `${typed(name, types)}(${all.join(', ')})`;
  };

  const call = (node) => {
    const args = node.arguments.map(expression);
    const types = (node.typeArguments ?? []).map((one) => one.getText());
    if (ts.isPropertyAccessExpression(node.expression)) return callOfSpace(node, args, types);
    const name = node.expression.text;
    if (!functions.has(name) && !given.has(name)) fail(node, 'calls what is not known');
    if (name === 'changetype') {
      return scalars.has(types[0]) ? `addressOf(${args[0]})` : `refTo<${types[0]}>(${args[0]})`;
    }
    if (name === 'offsetof') return `sizeOf<${types[0]}>()`;
    const all = functions.has(name) || touching.test(name) ? ['memory', ...args] : args;
    if (types[0] === 'usize' && touching.test(name)) {
      return `${name === 'load' ? '(usize)' : ''}${name}<u32>(${all.join(', ')})`;
    }
    return `${typed(calledName(name), types)}(${all.join(', ')})`;
  };

  const binary = (node) => {
    const sign = node.operatorToken.getText();
    const assigns = /^[^=!<>]*=$/.test(sign);
    const isField = assigns && ts.isPropertyAccessExpression(node.left);
    const left = isField ? field(node.left) : expression(node.left);
    const both = `${left} ${sign} ${expression(node.right)}`;
    return assigns || sign === ',' ? both : `(${both})`;
  };

  const field = ({ expression: of, name }) => `of(memory, ${expression(of)})->${nameOf(name.text)}`;

  const property = (node) => {
    const { expression: of, name } = node;
    if (ts.isIdentifier(of) && of.text === 'Math') return `Math_${name.text}`;
    return addresses.has(name.text) ? `read_of(${field(node)})` : field(node);
  };

  const expression = (node) => {
    if (ts.isIdentifier(node)) return constants.get(node.text) ?? nameOf(node.text);
    if (ts.isNumericLiteral(node)) return node.getText().replaceAll('_', '');
    if (node.kind === ts.SyntaxKind.TrueKeyword) return 'true';
    if (node.kind === ts.SyntaxKind.FalseKeyword) return 'false';
    if (ts.isParenthesizedExpression(node)) return `(${expression(node.expression)})`;
    if (ts.isTypeAssertionExpression(node)) {
      const to = type(node.type);
      // What is more than an address can be is cut off.
      return `((${to})${to === 'usize' ? '(u32)' : ''}(${expression(node.expression)}))`;
    }
    if (ts.isPrefixUnaryExpression(node)) {
      return `(${ts.tokenToString(node.operator)}${expression(node.operand)})`;
    }
    if (ts.isPostfixUnaryExpression(node)) {
      return `${expression(node.operand)}${ts.tokenToString(node.operator)}`;
    }
    if (ts.isBinaryExpression(node)) return binary(node);
    if (ts.isConditionalExpression(node)) {
      const [ask, yes, no] = [node.condition, node.whenTrue, node.whenFalse].map(expression);
      return `(${ask} ? ${yes} : ${no})`;
    }
    if (ts.isPropertyAccessExpression(node)) return property(node);
    if (ts.isCallExpression(node)) return call(node);
    return fail(node);
  };

  const declarations = (list) => {
    const constant = list.flags & ts.NodeFlags.Const ? 'const ' : '';
    const types = list.declarations.map((one) => (one.type ? type(one.type) : 'auto'));
    if (new Set(types).size > 1) fail(list, 'declares several types');
    const values = list.declarations.map(({ name, initializer }) =>
      initializer ? `${nameOf(name.text)} = ${expression(initializer)}` : nameOf(name.text),
    );
    return `${constant}${types[0]} ${values.join(', ')}`;
  };

  /** The head of a loop. */
  const head = ({ initializer, condition, incrementor }) => {
    const isDeclared = initializer && ts.isVariableDeclarationList(initializer);
    const first = initializer && (isDeclared ? declarations(initializer) : expression(initializer));
    const rest = [condition, incrementor].map((node) => (node ? expression(node) : ''));
    return `for (${[first ?? '', ...rest].join('; ')})`;
  };

  const statement = (node) => {
    if (ts.isBlock(node)) return block(node);
    if (ts.isVariableStatement(node)) return `${declarations(node.declarationList)};\n`;
    if (ts.isExpressionStatement(node)) return `${expression(node.expression)};\n`;
    if (ts.isReturnStatement(node)) {
      return node.expression ? `return ${expression(node.expression)};\n` : 'return;\n';
    }
    if (ts.isContinueStatement(node)) return 'continue;\n';
    if (ts.isBreakStatement(node)) return 'break;\n';
    if (ts.isIfStatement(node)) {
      const other = node.elseStatement ? ` else {\n${statement(node.elseStatement)}}` : '';
      const then = statement(node.thenStatement);
      return `if (${expression(node.expression)}) {\n${then}}${other}\n`;
    }
    if (ts.isForStatement(node)) return `${head(node)} {\n${statement(node.statement)}}\n`;
    if (ts.isWhileStatement(node)) {
      return `while (${expression(node.expression)}) {\n${statement(node.statement)}}\n`;
    }
    if (ts.isDoStatement(node)) {
      return `do {\n${statement(node.statement)}} while (${expression(node.expression)});\n`;
    }
    return fail(node);
  };

  const block = (node) => `{\n${node.statements.map(statement).join('')}}\n`;

  return { type, expression, block };
}
