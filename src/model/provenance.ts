// Where a detector comes from, in enough detail to make it again byte for byte.
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false };

export const Provenance = Type.Object(
  {
    trainer: Type.String({ description: 'Program and version' }),
    data: Type.Object(
      {
        file: Type.String({ description: 'File name without its folder' }),
        sha256: Type.String(),
        rows: Type.Integer({ minimum: 0, description: 'Rows that were used' }),
        droppedRows: Type.Integer({ minimum: 0, description: 'Rows with a missing value' }),
      },
      closed,
    ),
    split: Type.Object(
      {
        seed: Type.Integer(),
        trainNormal: Type.Integer({ minimum: 0 }),
        trainAnomaly: Type.Integer({ minimum: 0 }),
        testNormal: Type.Integer({ minimum: 0 }),
        testAnomaly: Type.Integer({ minimum: 0 }),
      },
      closed,
    ),
    parameters: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]), {
      description: "The model's parameters as trained",
    }),
  },
  closed,
);
export type Provenance = Static<typeof Provenance>;
