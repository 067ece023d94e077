using Spectre.Console;

namespace LLamaNet.Runner.Output;

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
        if (terminal.OutIsPerson) Draw(terminal);
        else WritePlain(terminal.Out);
    }

    private void Draw(Terminal terminal)
    {
        Table table = new Table().RoundedBorder();
        foreach ((string header, bool right) in _columns)
        {
            var column = new TableColumn(new Text(header)) { NoWrap = true };
            table.AddColumn(right ? column.RightAligned() : column);
        }

        foreach (string[] row in _rows) table.AddRow(row.Select(cell => new Text(cell)));
        terminal.OutConsole.Write(table);
    }

    private void WritePlain(TextWriter writer)
    {
        int[] widths = [.. _columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Header.Length).Max())];
        writer.WriteLine(Line([.. _columns.Select(column => column.Header)]));
        foreach (string[] row in _rows) writer.WriteLine(Line(row));

        string Line(string[] cells) =>
            string.Join("  ", cells.Select((cell, i) => _columns[i].Right ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
    }
}
