// JSON Schema of what `explain=true` adds to the reply of a batch.

/** `matrix`: schema of numbers by row and feature, with a description of its form. */
export function explanationSchema(matrix: { readonly description: string }) {
  const limit = (description: string) => ({
    anyOf: [{ type: 'number' }, { type: 'null' }],
    description,
  });
  return {
    type: 'object',
    description: 'Only with explain=true',
    required: ['method', 'baseline', 'features', 'contributions', 'outOfRange'],
    properties: {
      method: {
        type: 'string',
        enum: ['tree-shap', 'exact-shapley', 'sampled-shapley'],
        description:
          'Shapley values of a forest by its training rows; of any model against a usual behaviour; the same as an ' +
          'estimate, with more than 12 features',
      },
      baseline: {
        type: 'number',
        description: 'Score that contributions start from: a row’s sum to its score less this',
      },
      features: {
        type: 'array',
        description: 'In the order of the contributions',
        items: {
          type: 'object',
          required: ['name', 'low', 'high', 'min', 'max'],
          properties: {
            name: { type: 'string' },
            low: limit('Lower end of the normal range; null where the detector does not know it'),
            high: limit('Upper end of the normal range'),
            min: limit(
              'Lowest value of the training rows; null where the detector does not know it',
            ),
            max: limit('Highest value of the training rows'),
            bounds: {
              type: 'object',
              description:
                'Outside of which a row is an anomaly whatever the model says, where the feature has any',
              required: ['low', 'high'],
              properties: { low: limit('Null where there is none'), high: limit('The same') },
            },
          },
        },
      },
      outOfRange: {
        type: 'array',
        description:
          'By row: names of the features that are out of the training range, of which forests know nothing',
        items: { type: 'array', items: { type: 'string' } },
      },
      contributions: {
        ...matrix,
        description: `${matrix.description}; positive speaks for normal, negative for an anomaly`,
      },
      errors: {
        ...matrix,
        description: `${matrix.description}; standard errors, where contributions are sampled`,
      },
    },
  };
}
