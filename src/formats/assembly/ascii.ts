// Characters that JSON is made of.
export const SPACE: u8 = 0x20;
export const QUOTE: u8 = 0x22;
export const PLUS: u8 = 0x2b;
export const COMMA: u8 = 0x2c;
export const MINUS: u8 = 0x2d;
export const POINT: u8 = 0x2e;
export const ZERO: u8 = 0x30;
export const BRACKET: u8 = 0x5b;
export const LOWER_E: u8 = 0x65;
export const BRACE: u8 = 0x7b;
