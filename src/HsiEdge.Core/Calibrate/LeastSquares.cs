namespace HsiEdge.Core.Calibrate;

/// <summary>Small dense least squares in double precision.</summary>
internal static class LeastSquares
{
    // Relative size of a column's remainder below which it counts as dependent on the ones before.
    private const double Dependent = 1e-10;

    /// <summary>
    /// Pseudo-inverse of a tall matrix of full column rank by modified Gram–Schmidt, orthogonalised twice (which is as stable as
    /// Householder's form): Giraud et al., Comput. Math. Appl. 50 (2005) 1069.
    /// </summary>
    /// <param name="columns">Columns of the matrix, equally long.</param>
    /// <returns>Rows of the pseudo-inverse (one a column, as long as the columns), or null when the columns are dependent.</returns>
    public static double[][]? PseudoInverse(double[][] columns)
    {
        var n = columns.Length;
        var q = new double[n][];
        var r = new double[n, n];
        for (var k = 0; k < n; k++)
        {
            var column = (double[])columns[k].Clone();
            var length = Length(column);
            for (var pass = 0; pass < 2; pass++)
            {
                for (var j = 0; j < k; j++)
                {
                    var projection = SpectrumMath.Dot<double>(q[j], column);
                    r[j, k] += projection;
                    SpectrumMath.AddScaled<double>(column, q[j], -projection);
                }
            }

            r[k, k] = Length(column);
            if (!(r[k, k] > Dependent * length))
            {
                return null;
            }

            SpectrumMath.Divide(column, r[k, k]);
            q[k] = column;
        }

        // R·X = Qᵀ by back substitution, a row of X at a time.
        var inverse = new double[n][];
        for (var k = n - 1; k >= 0; k--)
        {
            var row = (double[])q[k].Clone();
            for (var j = k + 1; j < n; j++)
            {
                SpectrumMath.AddScaled<double>(row, inverse[j], -r[k, j]);
            }

            SpectrumMath.Divide(row, r[k, k]);
            inverse[k] = row;
        }

        return inverse;
    }

    private static double Length(double[] x) => Math.Sqrt(SpectrumMath.Dot<double>(x, x));
}
