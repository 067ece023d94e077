Console.WriteLine("llamanet");
