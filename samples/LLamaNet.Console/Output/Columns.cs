using Spectre.Console;

namespace LLamaNet.Console.Output;

// Rows of cells: a drawn table for a person, plain aligned columns for a file.
internal sealed class Columns
{
    private readonly (string Header, bool Right)[] _columns;
    private readonly List<string[]> _rows = [];

    // A header that ends in '>' makes a column of right-aligned numbers.
    public Columns(params string[] headers) =>
        _columns = [.. headers.Select(header => (header.TrimEnd('>'), header.EndsWith('>')))];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(Terminal terminal)
    {
        int[] widths = [.. _columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Header.Length).Max())];
        // A drawn cell has a space on either side and a line before it; folded cells are harder to read than no lines.
        if (terminal.OutIsPerson && widths.Sum() + 3 * widths.Length + 1 <= terminal.OutConsole.Profile.Width)
            Draw(terminal.OutConsole);
        else WritePlain(terminal.Out, widths);
    }

    private void Draw(IAnsiConsole console)
    {
        Table table = new Table().RoundedBorder();
        foreach ((string header, bool right) in _columns)
        {
            var column = new TableColumn(new Text(header));
            table.AddColumn(right ? column.RightAligned() : column);
        }

        foreach (string[] row in _rows) table.AddRow(row.Select(cell => new Text(cell)));
        console.Write(table);
    }

    private void WritePlain(TextWriter writer, int[] widths)
    {
        writer.WriteLine(Line([.. _columns.Select(column => column.Header)]));
        foreach (string[] row in _rows) writer.WriteLine(Line(row));

        string Line(string[] cells) =>
            string.Join("  ", cells.Select((cell, i) => _columns[i].Right ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i])))
                .TrimEnd();
    }
}
